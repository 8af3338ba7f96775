"""One export format a file, found by its name: each writes articles, in the order it is given them."""
