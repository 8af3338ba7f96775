"""One engine a file, NAME_engine.py, found by its name."""
