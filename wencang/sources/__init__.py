"""The sources of an archive: what there are, and how one is added, checked and edited."""
