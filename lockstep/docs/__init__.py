"""The parts of README.md and docs/ that the code says: drawn by a command, held by `make check`."""
