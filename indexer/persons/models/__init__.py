"""Small sequence models of installed packages, run on a CPU with numpy alone: their weights are read, not their code."""
