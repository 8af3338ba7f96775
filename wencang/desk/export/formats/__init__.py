"""Export formats, one a file, found by file name; each writes articles in the order given."""
