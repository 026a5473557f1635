"""A Java client's connection properties turned into what Lockstep needs to connect by itself."""

import re
from collections.abc import Mapping

from mirroring.connecting import pem, sasl
from mirroring.connecting.security import Isolation, Protocol, Security, refusal

_PLACEHOLDER = re.compile(r"\$\{[^}:]+:[^}]*\}")
_INLINE = {
    "ssl.truststore.location": ("ssl.truststore.type", "ssl.truststore.certificates"),
    "ssl.keystore.location": (
        "ssl.keystore.type",
        "ssl.keystore.certificate.chain and ssl.keystore.key",
    ),
}
_REFUSED = {
    "ssl.truststore.password": "Kafka refuses it with PEM; leave it out",
    "ssl.keystore.password": "Kafka refuses it with PEM; use ssl.key.password",
    "ssl.engine.factory.class": "it names Java code; use PEM texts (ssl.truststore.certificates)",
    "ssl.provider": "it names Java code; leave it out",
    "ssl.cipher.suites": "cipher suites are negotiated; leave it out",
    "sasl.login.class": "it names Java code; leave it out",
    "sasl.oauthbearer.jwt.retriever.class": "it names Java code; use client credentials",
    "sasl.oauthbearer.jwt.validator.class": "it names Java code; leave it out",
}
_CALLBACKS = (
    "org.apache.kafka.common.security.oauthbearer.OAuthBearerLoginCallbackHandler",
    "org.apache.kafka.common.security.oauthbearer.secured.OAuthBearerLoginCallbackHandler",
    "software.amazon.msk.auth.iam.IAMClientCallbackHandler",
)
_KNOWN = re.compile(
    r"ssl\.(truststore|keystore)\.(type|location|certificates|certificate\.chain|key)"
    r"|ssl\.(key\.password|endpoint\.identification\.algorithm|protocol|enabled\.protocols)"
    r"|ssl\.(keymanager\.algorithm|trustmanager\.algorithm|secure\.random\.implementation)"
    r"|sasl\.(mechanism|jaas\.config|(login|client)\.callback\.handler\.class)"
    r"|sasl\.(login\.(refresh|retry|connect|read)|kerberos)\..*"
    r"|sasl\.oauthbearer\.(token\.endpoint\.url|scope|header\.urlencode)"
    r"|sasl\.oauthbearer\.(client\.credentials|jwks|expected|clock|(sub|scope)\.claim)\..*"
)


def security(properties: Mapping[str, str]) -> Security:
    """What the properties ask for; raises UnsupportedProperty naming one and what to use instead.

    Values are trimmed as Kafka's ConfigDef does. What has nothing to do with connecting
    (`group.id`, deserializers) is passed over, and so is `ssl.*` or `sasl.*` without its protocol.
    """
    values = {name: value.strip() for name, value in properties.items()}
    protocol = _protocol(values)
    used = {name: value for name, value in values.items() if _used(name, protocol)}
    for name, value in used.items():
        _check(name, value, used)
    who = sasl.credentials(used, protocol) if protocol.authenticates else sasl.Credentials()
    return Security(
        protocol=protocol,
        mechanism=who.mechanism,
        username=who.username,
        password=who.password,
        oauth=who.oauth,
        ca=pem.certificates(used, "ssl.truststore.certificates", "ssl.truststore.type"),
        certificate=pem.certificates(used, "ssl.keystore.certificate.chain", "ssl.keystore.type"),
        key=pem.private_key(used),
        key_password=pem.key_password(used),
        check_hostname=used.get("ssl.endpoint.identification.algorithm", "https") != "",
        isolation=_isolation(values),
    )


def _used(name: str, protocol: Protocol) -> bool:
    if name.startswith("ssl."):
        return protocol.encrypts
    return protocol.authenticates if name.startswith("sasl.") else name == "security.protocol"


def _check(name: str, value: str, used: Mapping[str, str]) -> None:
    if _PLACEHOLDER.search(value):
        raise refusal(name, "a config provider's placeholder means nothing here; give its value")
    if value == "" or name == "security.protocol":
        return
    if name in _INLINE:
        raise refusal(name, _file_advice(name, used))
    if name in _REFUSED:
        raise refusal(name, _REFUSED[name])
    if name.endswith(".callback.handler.class") and value not in _CALLBACKS:
        raise refusal(name, "it names Java code that Lockstep cannot run; leave it out")
    if not _KNOWN.fullmatch(name):
        raise refusal(name, "Lockstep cannot honour it; is it spelled right?")
    if name == "ssl.endpoint.identification.algorithm" and value.lower() != "https":
        raise refusal(name, "it is https, or empty for no check of the host name")


def _file_advice(name: str, used: Mapping[str, str]) -> str:
    type_name, inline = _INLINE[name]
    kind = (used.get(type_name) or "JKS").upper()
    if kind == "PEM":
        return f"a file on the workers cannot be read here; put the text itself into {inline}"
    advice = f"convert it to PEM and put the text itself into {inline}, with {type_name}=PEM"
    return f"a {kind} store cannot be read; {advice}"


def _protocol(values: Mapping[str, str]) -> Protocol:
    name = (values.get("security.protocol") or Protocol.PLAINTEXT).upper()
    if name not in list(Protocol):
        raise refusal("security.protocol", f"it is one of {', '.join(Protocol)}")
    return Protocol(name)


def _isolation(values: Mapping[str, str]) -> Isolation:
    level = (values.get("isolation.level") or Isolation.READ_UNCOMMITTED).lower()
    if level not in list(Isolation):
        raise refusal("isolation.level", f"it is one of {', '.join(Isolation)}")
    return Isolation(level)
