"""Connection properties, read as Java reads them, and what a mirror connects."""
