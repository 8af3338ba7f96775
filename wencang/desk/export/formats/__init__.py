"""Export formats, one per file, found by file name; each writes articles in the order given."""
