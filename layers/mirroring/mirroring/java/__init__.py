"""Java's regular expressions, read in Python."""
