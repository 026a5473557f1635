"""One sample, from reading to verdict."""
