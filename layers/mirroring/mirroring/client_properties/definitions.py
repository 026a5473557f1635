"""The values that Kafka's own clients take, as ConfigDef reads them (Kafka 4.3.1).

Of AdminClientConfig and ConsumerConfig, what has a type or a validator that can refuse a value.
"""

import math
import re
from collections.abc import Mapping

from mirroring.client_properties.security import Isolation, Protocol, invalid, refusal
from mirroring.client_properties.servers import is_kafkas, server

SERVERS = "bootstrap.servers"
# String.trim: all that is not above a blank, and nothing else that looks like one (U+00A0).
_BLANKS = "".join(map(chr, range(0x21)))
_INT, _LONG = 2**31 - 1, 2**63 - 1
_WHOLE = {
    (0, _INT): "auto.commit.interval.ms default.api.timeout.ms fetch.max.bytes fetch.max.wait.ms "
    "fetch.min.bytes max.partition.fetch.bytes request.timeout.ms retries",
    (1, _INT): "max.poll.interval.ms max.poll.records metrics.num.samples",
    (-1, _INT): "receive.buffer.bytes send.buffer.bytes",
    (-_INT - 1, _INT): "heartbeat.interval.ms session.timeout.ms sasl.login.connect.timeout.ms "
    "sasl.login.read.timeout.ms sasl.oauthbearer.clock.skew.seconds",
    (0, 900): "sasl.login.refresh.min.period.seconds",
    (0, 3600): "sasl.login.refresh.buffer.seconds sasl.oauthbearer.assertion.claim.nbf.seconds",
    (0, 86400): "sasl.oauthbearer.assertion.claim.exp.seconds",
    (0, _LONG): "metadata.max.age.ms metadata.recovery.rebootstrap.trigger.ms "
    "metrics.sample.window.ms reconnect.backoff.max.ms reconnect.backoff.ms retry.backoff.max.ms "
    "retry.backoff.ms",
    (-_LONG - 1, _LONG): "connections.max.idle.ms sasl.kerberos.min.time.before.relogin "
    "sasl.login.retry.backoff.max.ms sasl.login.retry.backoff.ms "
    "sasl.oauthbearer.jwks.endpoint.refresh.ms sasl.oauthbearer.jwks.endpoint.retry.backoff.max.ms "
    "sasl.oauthbearer.jwks.endpoint.retry.backoff.ms socket.connection.setup.timeout.max.ms "
    "socket.connection.setup.timeout.ms",
}
_FRACTION = {
    (0.0, 0.25): "sasl.login.refresh.window.jitter",
    (0.5, 1.0): "sasl.login.refresh.window.factor",
    (-math.inf, math.inf): "sasl.kerberos.ticket.renew.jitter "
    "sasl.kerberos.ticket.renew.window.factor",
}
_WHOLE_OF = {name: bounds for bounds, names in _WHOLE.items() for name in names.split()}
_FRACTION_OF = {name: bounds for bounds, names in _FRACTION.items() for name in names.split()}
_BOOLEAN = {
    "allow.auto.create.topics",
    "check.crcs",
    "enable.auto.commit",
    "enable.metrics.push",
    "exclude.internal.topics",
    "sasl.oauthbearer.assertion.claim.jti.include",
    "sasl.oauthbearer.header.urlencode",
}
_LIST = {
    SERVERS,
    "interceptor.classes",
    "metric.reporters",
    "sasl.oauthbearer.expected.audience",
    "ssl.cipher.suites",
    "ssl.enabled.protocols",
}
_WORDS = {
    "client.dns.lookup": ("use_all_dns_ips", "resolve_canonical_bootstrap_servers_only"),
    "isolation.level": tuple(Isolation),
    "metrics.recording.level": ("INFO", "DEBUG", "TRACE"),
}
_WORDS_IN_ANY_CASE = {
    "group.protocol": ("CONSUMER", "CLASSIC"),
    "metadata.recovery.strategy": ("REBOOTSTRAP", "NONE"),
    "sasl.oauthbearer.assertion.algorithm": ("ES256", "RS256"),
    "security.protocol": tuple(Protocol),
}
_COMMA = re.compile(r"\s*,\s*", re.ASCII)
_INTEGER = re.compile(r"[+-]?\d+")
_DOUBLE = re.compile(r"([+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?)[fFdD]?", re.ASCII)
_RESET = re.compile(
    r"earliest|latest|none|by_duration:\+?P(?=[\dT])(\d+D)?(T(?=\d)(\d+H)?(\d+M)?(\d+(\.\d+)?S)?)?",
    re.ASCII,
)


def read(name: str, value: str) -> str:
    """The value as Kafka understands it, written in one way; what it refuses, only trimmed."""
    value = value.strip(_BLANKS)
    if name in _LIST:
        return _listed(name, _COMMA.split(value), value)
    if name in _WHOLE_OF and _INTEGER.fullmatch(value):
        return str(int(value))
    if name in _FRACTION_OF and (number := _DOUBLE.fullmatch(value)):
        return number[1]
    if name in _BOOLEAN:
        return value.lower()
    return value.upper() if name in _WORDS_IN_ANY_CASE else value


def check(values: Mapping[str, str]) -> None:
    """Raises UnsupportedProperty for the first value that Kafka refuses; they are as `read`."""
    for name, value in values.items():
        if why := _refusal(name, value):
            raise invalid(name, why)
    for entry in values.get(SERVERS, "").split(",") if values.get(SERVERS) else ():
        _check_server(entry)
    _check_together(values)


def _listed(name: str, entries: list[str], value: str) -> str:
    """A list without doubles; servers without the listener's name that Java passes over."""
    if not all(entries):
        return value
    try:
        return ",".join(dict.fromkeys(map(server, entries) if name == SERVERS else entries))
    except ValueError:
        return value


def _refusal(name: str, value: str) -> str | None:
    if bounds := _WHOLE_OF.get(name):
        whole = _INTEGER.fullmatch(value) and bounds[0] <= int(value) <= bounds[1]
        return None if whole else f"it is a whole number from {bounds[0]} to {bounds[1]}"
    if limits := _FRACTION_OF.get(name):
        number = _DOUBLE.fullmatch(value) and limits[0] <= float(value) <= limits[1]
        return None if number else f"it is a number from {limits[0]} to {limits[1]}"
    if name in _BOOLEAN:
        return None if value in ("true", "false") else "it is true or false"
    if words := _WORDS.get(name) or _WORDS_IN_ANY_CASE.get(name):
        return None if value in words else f"it is one of {', '.join(words)}"
    if name in _LIST:
        return _list_refusal(name, value)
    if name == "auto.offset.reset" and not _RESET.fullmatch(value):
        return "it is earliest, latest, none, or by_duration:PnDTnHnMn.nS"
    return "it must not be empty" if name == "group.instance.id" and not value else None


def _list_refusal(name: str, value: str) -> str | None:
    if not value:
        return "it must not be empty" if name == SERVERS else None
    return None if all(value.split(",")) else "it has an empty entry"


def _check_server(entry: str) -> None:
    """Kafka passes more for a host than a name or an address, and finds nobody there."""
    try:
        server(entry)
    except ValueError:
        told_by = refusal if is_kafkas(entry) else invalid
        raise told_by(SERVERS, "it must list host:port, separated by commas") from None


def _check_together(values: Mapping[str, str]) -> None:
    """What Kafka refuses of two values together; those that are absent have its defaults."""
    whole = {"default.api.timeout.ms": 60_000, "request.timeout.ms": 30_000}
    whole |= {"heartbeat.interval.ms": 3_000, "session.timeout.ms": 45_000}
    at = {name: int(values.get(name, default)) for name, default in whole.items()}
    given = "default.api.timeout.ms" in values
    if given and at["default.api.timeout.ms"] < at["request.timeout.ms"]:
        raise invalid("default.api.timeout.ms", "it is below request.timeout.ms")
    if "group.id" in values and at["heartbeat.interval.ms"] >= at["session.timeout.ms"]:
        raise invalid("heartbeat.interval.ms", "it is not below session.timeout.ms")
    if values.get("enable.auto.commit") == "true" and "group.id" not in values:
        raise invalid("enable.auto.commit", "it is true, and there is no group.id")
