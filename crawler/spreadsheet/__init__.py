"""Tables that people keep in Excel, read as articles: which column is what, and a row after the other."""
