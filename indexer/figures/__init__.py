"""What stands in a text beside its words: find.py finds all of it, amounts.py and places.py what an index holds."""
