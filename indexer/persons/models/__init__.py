"""Small sequence models of installed packages, run by numpy: their weights are read, not their code."""
