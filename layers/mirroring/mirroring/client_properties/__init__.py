"""Connection properties as Java reads them: what may be given, and how a client is secured."""
