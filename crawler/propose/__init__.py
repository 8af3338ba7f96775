"""Proposes a source for a site from a few of its pages. Everything here is pure, but for look.py, which fetches them."""
