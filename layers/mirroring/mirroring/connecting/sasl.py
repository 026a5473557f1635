"""The `sasl.*` properties of a Java client: who we are, and how we prove it."""

from collections.abc import Mapping
from dataclasses import dataclass

from pydantic import SecretStr

from mirroring.connecting import jaas
from mirroring.connecting.security import Mechanism, OAuth, Protocol, refusal

_JAAS = "sasl.jaas.config"
_MODULES = {
    Mechanism.PLAIN: "PlainLoginModule",
    Mechanism.SCRAM_SHA_256: "ScramLoginModule",
    Mechanism.SCRAM_SHA_512: "ScramLoginModule",
    Mechanism.OAUTHBEARER: "OAuthBearerLoginModule",
    Mechanism.AWS_MSK_IAM: "IAMLoginModule",
}
_TOKEN_URL = "sasl.oauthbearer.token.endpoint.url"  # noqa: S105 - a property's name
_CREDENTIALS = "sasl.oauthbearer.client.credentials.client."
_EXTENSION = "extension_"


@dataclass(frozen=True)
class Credentials:
    """The part of a Security that SASL needs; all None without SASL."""

    mechanism: Mechanism | None = None
    username: str | None = None
    password: SecretStr | None = None
    oauth: OAuth | None = None


def credentials(used: Mapping[str, str], protocol: Protocol) -> Credentials:
    """The mechanism with its user and password or token source; raises UnsupportedProperty."""
    mechanism = _mechanism(used)
    if mechanism is Mechanism.AWS_MSK_IAM:
        _check_iam(protocol, _options(used, mechanism))
        return Credentials(mechanism)
    if mechanism is Mechanism.OAUTHBEARER:
        return Credentials(mechanism, oauth=_oauth(used, _options(used, mechanism)))
    options = _options(used, mechanism)
    return Credentials(
        mechanism, _needed(options, "username"), SecretStr(_needed(options, "password"))
    )


def _mechanism(used: Mapping[str, str]) -> Mechanism:
    name = used.get("sasl.mechanism") or "GSSAPI"
    if name == "GSSAPI":
        why = "GSSAPI (Kafka's default when it is absent) is not supported"
        raise refusal("sasl.mechanism", f"{why}; use one of {', '.join(Mechanism)}")
    if name not in list(Mechanism):
        raise refusal("sasl.mechanism", f"it is one of {', '.join(Mechanism)}")
    return Mechanism(name)


def _options(used: Mapping[str, str], mechanism: Mechanism) -> dict[str, str]:
    try:
        login = jaas.parse(used.get(_JAAS, ""))
    except jaas.Unreadable as wrong:
        raise refusal(_JAAS, str(wrong)) from None
    if login.name != _MODULES[mechanism]:
        raise refusal(_JAAS, f"{mechanism} needs the {_MODULES[mechanism]}")
    return login.options


def _needed(options: Mapping[str, str], name: str) -> str:
    if not options.get(name):
        raise refusal(_JAAS, f'{name}="…" is missing')
    return options[name]


def _check_iam(protocol: Protocol, options: Mapping[str, str]) -> None:
    if protocol is not Protocol.SASL_SSL:
        raise refusal("security.protocol", "AWS_MSK_IAM needs SASL_SSL")
    for name in options:
        if name.startswith(("awsRole", "awsProfile", "awsSts")):
            advice = "give the functions' own role access to the cluster instead"
            raise refusal(_JAAS, f"{name} is not supported; {advice}")


def _oauth(used: Mapping[str, str], options: Mapping[str, str]) -> OAuth:
    """Client credentials, from their own properties (KIP-1139) or the login module's options."""
    url = used.get(_TOKEN_URL, "")
    if not url.startswith(("https://", "http://")):
        raise refusal(_TOKEN_URL, "it must be the https address that sells tokens")
    return OAuth(
        token_url=url,
        client_id=used.get(_CREDENTIALS + "id") or _needed(options, "clientId"),
        client_secret=SecretStr(
            used.get(_CREDENTIALS + "secret") or _needed(options, "clientSecret")
        ),
        scope=used.get("sasl.oauthbearer.scope") or options.get("scope"),
        url_encoded=used.get("sasl.oauthbearer.header.urlencode", "").lower() == "true",
        extensions=tuple(
            (name.removeprefix(_EXTENSION), value)
            for name, value in options.items()
            if name.startswith(_EXTENSION)
        ),
    )
