"""The edge to Kafka Connect's REST API."""
