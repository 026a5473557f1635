"""What a Kafka Connect of some version can do."""

from mirroring.kafka_connect.client import ConnectClient

# PUT /connectors/{name}/stop and GET …/offsets (KIP-875) came with 3.5, DELETE …/offsets with 3.6.
STOPS = OFFSETS_SINCE = (3, 5)
DELETES_OFFSETS = (3, 6)


def supports(since: tuple[int, ...], registered: str, connect: ConnectClient) -> bool:
    """Whether the workers are of this version or a later one.

    They are asked where the version that they were registered with is older, as workers are
    upgraded. Raises ConnectUnavailable.
    """
    return number(registered) >= since or number(connect.about().version) >= since


def number(version: str) -> tuple[int, ...]:
    """`3.7.1` as (3, 7); what reads otherwise counts as old.

    Confluent Platform says its own (`7.4.0-ccs` is Kafka 3.4, `8.0.0-ce` 4.0).
    """
    parts = version.split(".")[:2]
    if len(parts) < 2 or not all(one.isdecimal() for one in parts):
        return ()
    major, minor = (int(part) for part in parts)
    is_confluent = "-cc" in version or "-ce" in version
    return (major - 4 if is_confluent else major, minor)
