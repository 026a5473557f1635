"""The local stack: everything that Lockstep needs, on one machine, from packages alone."""
