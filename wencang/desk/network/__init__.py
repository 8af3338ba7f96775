"""Networks of names, outlets and places: what is drawn with Gephi."""
