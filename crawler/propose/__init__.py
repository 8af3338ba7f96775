"""Proposes a source for a site from a few of its pages. Everything here is pure: crawler/look.py fetches them."""
