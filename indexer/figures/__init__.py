"""Figures and names in a text: find.py finds all kinds, amounts.py and places.py those that are indexed."""
