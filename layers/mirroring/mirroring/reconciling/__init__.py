"""Makes Kafka Connect be as the mirrors table says: desired, actual, plan, apply."""
