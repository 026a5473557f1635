"""A Java client's connection properties turned into what Lockstep needs to connect by itself."""

import re
from collections.abc import Mapping

from mirroring.client_properties import definitions, pem, sasl
from mirroring.client_properties.literal import holds_placeholder
from mirroring.client_properties.security import Isolation, Protocol, Security, invalid, refusal

_INLINE = {
    "ssl.truststore.location": ("ssl.truststore.type", "ssl.truststore.certificates"),
    "ssl.keystore.location": (
        "ssl.keystore.type",
        "ssl.keystore.certificate.chain and ssl.keystore.key",
    ),
}
_REFUSED = {
    "ssl.provider": "it names Java code; leave it out",
    "ssl.cipher.suites": "cipher suites are negotiated; leave it out",
}
_PASSWORDS = {
    "ssl.truststore.password": "a PEM text has none; leave it out",
    "ssl.keystore.password": "a PEM text has none; use ssl.key.password",
}
_OAUTH = "org.apache.kafka.common.security.oauthbearer"
_CLASSES = {
    "sasl.client.callback.handler.class": (
        "software.amazon.msk.auth.iam.IAMClientCallbackHandler",
    ),
    "sasl.login.callback.handler.class": (
        f"{_OAUTH}.OAuthBearerLoginCallbackHandler",
        f"{_OAUTH}.secured.OAuthBearerLoginCallbackHandler",  # before Kafka 4.0
        "software.amazon.msk.auth.iam.IAMClientCallbackHandler",
    ),
    "sasl.login.class": ("org.apache.kafka.common.security.authenticator.DefaultLogin",),
    "sasl.oauthbearer.jwt.retriever.class": (
        f"{_OAUTH}.DefaultJwtRetriever",
        f"{_OAUTH}.ClientCredentialsJwtRetriever",
    ),
    "sasl.oauthbearer.jwt.validator.class": (
        f"{_OAUTH}.DefaultJwtValidator",
        f"{_OAUTH}.ClientJwtValidator",
    ),
    "ssl.engine.factory.class": ("org.apache.kafka.common.security.ssl.DefaultSslEngineFactory",),
}
"""Java code that workers have, and that does nothing which Lockstep does otherwise."""
_CHOICES = {
    "ssl.keymanager.algorithm": r"SunX509|NewSunX509|PKIX",
    "ssl.protocol": r"TLS(v1(\.[123])?)?",
    "ssl.secure.random.implementation": r"NativePRNG(Blocking|NonBlocking)?|DRBG|SHA1PRNG",
    "ssl.trustmanager.algorithm": r"PKIX|SunX509",
}
"""What Java's own providers have of these, of which none matters here."""
_TLS_VERSIONS = {"TLSv1", "TLSv1.1", "TLSv1.2", "TLSv1.3"}
_KNOWN = re.compile(
    r"ssl\.(truststore|keystore)\.(type|certificates|certificate\.chain|key)"
    r"|ssl\.(key\.password|endpoint\.identification\.algorithm|enabled\.protocols)"
    r"|sasl\.(mechanism|jaas\.config)"
    r"|sasl\.(login\.(refresh|retry|connect|read)|kerberos)\..*"
    r"|sasl\.oauthbearer\.(token\.endpoint\.url|scope|header\.urlencode)"
    r"|sasl\.oauthbearer\.(client\.credentials|jwks|expected|clock|(sub|scope)\.claim)\..*"
)


def security(properties: Mapping[str, str]) -> Security:
    """What the properties ask for; raises UnsupportedProperty naming one and what to use instead.

    Every value must be one that Kafka takes. What has nothing to do with connecting (`group.id`,
    deserializers) is passed over, and so is `ssl.*` or `sasl.*` without its protocol.
    """
    values = {name: definitions.read(name, value) for name, value in properties.items()}
    for name, value in values.items():
        _check_anywhere(name, value)
    definitions.check(values)
    protocol = Protocol(values.get("security.protocol", Protocol.PLAINTEXT))
    used = {name: value for name, value in values.items() if _used(name, protocol)}
    for name in sorted(_INLINE.keys() & used.keys()):
        raise refusal(name, _file_advice(name, used))
    for name, value in used.items():
        _check(name, value)
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
        isolation=Isolation(values.get("isolation.level", Isolation.READ_UNCOMMITTED)),
    )


def _used(name: str, protocol: Protocol) -> bool:
    if name.startswith("ssl."):
        return protocol.encrypts
    return protocol.authenticates and name.startswith("sasl.")


def _check_anywhere(name: str, value: str) -> None:
    """What no protocol makes right: workers would resolve the one and load the other."""
    if holds_placeholder(value):
        raise refusal(name, "a config provider's placeholder means nothing here; give its value")
    if name in _CLASSES and value not in _CLASSES[name]:
        if not value:
            raise invalid(name, "it must name a class")
        instead = "use PEM texts" if name.startswith("ssl.") else "leave it out"
        raise refusal(name, f"it names Java code that Lockstep cannot run; {instead}")


def _check(name: str, value: str) -> None:
    if name in _PASSWORDS:
        raise invalid(name, _PASSWORDS[name])
    if name in _REFUSED and value:
        raise refusal(name, _REFUSED[name])
    if name in _CHOICES and not re.fullmatch(_CHOICES[name], value):
        raise invalid(name, "Java has nothing of this name; leave it out")
    if not _KNOWN.fullmatch(name) and not {name} & {*_REFUSED, *_CHOICES, *_CLASSES}:
        raise refusal(name, "Lockstep cannot honour it; is it spelled right?")
    if name == "ssl.endpoint.identification.algorithm" and value.lower() not in ("https", ""):
        raise refusal(name, "it is https, or empty for no check of the host name")
    if name == "ssl.enabled.protocols" and not {*value.split(",")} <= {"", *_TLS_VERSIONS}:
        raise refusal(name, f"it lists {', '.join(sorted(_TLS_VERSIONS))}")


def _file_advice(name: str, used: Mapping[str, str]) -> str:
    type_name, inline = _INLINE[name]
    kind = used.get(type_name) or "JKS"
    if kind == "PEM":
        return f"a file on the workers cannot be read here; put the text itself into {inline}"
    advice = f"convert it to PEM and put the text itself into {inline}, with {type_name}=PEM"
    return f"a {kind} store cannot be read; {advice}"
