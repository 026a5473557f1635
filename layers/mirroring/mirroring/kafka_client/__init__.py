"""The edge to Kafka: only here is kafka-python imported."""
