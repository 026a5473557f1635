"""The `sasl.*` properties of a Java client: who we are, and how we prove it."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

from pydantic import SecretStr

from mirroring.client_properties import jaas
from mirroring.client_properties.reach import reach
from mirroring.client_properties.security import Mechanism, OAuth, Protocol, invalid, refusal
from mirroring.errors import HostNotAllowed

_JAAS = "sasl.jaas.config"
_KAFKA = "org.apache.kafka.common.security"
# Either of the two that take a user and password serves each mechanism that wants them.
_USER = (f"{_KAFKA}.plain.PlainLoginModule", f"{_KAFKA}.scram.ScramLoginModule")
_MODULES = {
    Mechanism.PLAIN: _USER,
    Mechanism.SCRAM_SHA_256: _USER[::-1],
    Mechanism.SCRAM_SHA_512: _USER[::-1],
    Mechanism.OAUTHBEARER: (f"{_KAFKA}.oauthbearer.OAuthBearerLoginModule",),
    Mechanism.AWS_MSK_IAM: ("software.amazon.msk.auth.iam.IAMLoginModule",),
}
_HANDLER = "sasl.login.callback.handler.class"
_TOKEN_URL = "sasl.oauthbearer.token.endpoint.url"  # noqa: S105 - a property's name
_CREDENTIALS = "sasl.oauthbearer.client.credentials.client."
_EXTENSION = "extension_"
_EXTENSION_NAME = re.compile(r"(?!auth$)[A-Za-z]+")
_EXTENSION_VALUE = re.compile(r"[\x21-\x7e \t\r\n]+")


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
    options = _options(used, mechanism)
    if mechanism is Mechanism.AWS_MSK_IAM:
        _check_iam(protocol, options)
        return Credentials(mechanism)
    if mechanism is Mechanism.OAUTHBEARER:
        return Credentials(mechanism, oauth=_oauth(used, options))
    if options.get("tokenauth", "").lower() == "true":
        raise refusal(_JAAS, "tokenauth is not supported; use a user and a password")
    return Credentials(
        mechanism, _needed(options, "username"), SecretStr(_needed(options, "password"))
    )


def _mechanism(used: Mapping[str, str]) -> Mechanism:
    name = used.get("sasl.mechanism", "GSSAPI")
    if not name:
        raise invalid("sasl.mechanism", f"it must not be empty; use one of {', '.join(Mechanism)}")
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
        raise invalid(_JAAS, str(wrong)) from None
    if login.module not in _MODULES[mechanism]:
        raise invalid(_JAAS, f"{mechanism} needs the {_MODULES[mechanism][0]}")
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


def _check_endpoint(url: str) -> None:
    """An https address that may be reached; http on one machine alone, as `make local` is."""
    place = urlsplit(url)
    if place.scheme == "file":
        raise refusal(_TOKEN_URL, "a file cannot be read here; give the https address")
    if place.scheme not in ("https", "http") or not place.hostname:
        raise invalid(_TOKEN_URL, "it must be the https address that sells tokens")
    if place.scheme == "http" and not reach().loopback:
        raise refusal(_TOKEN_URL, "client credentials are sent over https alone")
    try:
        reach().check(place.hostname)
    except HostNotAllowed as refused:
        raise refusal(_TOKEN_URL, refused.detail.removesuffix(".")) from None


def _oauth(used: Mapping[str, str], options: Mapping[str, str]) -> OAuth:
    """Client credentials, from their own properties (KIP-1139) or the login module's options."""
    _check_tokens(used, options)
    return OAuth(
        token_url=used[_TOKEN_URL],
        client_id=_credential(used, options, "id"),
        client_secret=SecretStr(_credential(used, options, "secret")),
        scope=used.get("sasl.oauthbearer.scope") or options.get("scope"),
        url_encoded=used.get("sasl.oauthbearer.header.urlencode") == "true",
        extensions=tuple(_extensions(options)),
    )


def _check_tokens(used: Mapping[str, str], options: Mapping[str, str]) -> None:
    """Without its callback handler Kafka buys no token: it makes unsecured ones."""
    for name in options:
        if name.startswith(("unsecuredLogin", "ssl.")):
            raise refusal(_JAAS, f"{name} is not supported; use client credentials")
    if _HANDLER not in used:
        handler = f"{_KAFKA}.oauthbearer.OAuthBearerLoginCallbackHandler"
        raise invalid(_HANDLER, f"OAUTHBEARER buys its tokens with {handler}")
    _check_endpoint(used.get(_TOKEN_URL, ""))


def _credential(used: Mapping[str, str], options: Mapping[str, str], which: str) -> str:
    option = f"client{which.capitalize()}"
    value = used.get(_CREDENTIALS + which) or options.get(option)
    if not value:
        raise invalid(_JAAS, f'{option}="…" is missing, and so is {_CREDENTIALS}{which}')
    return value


def _extensions(options: Mapping[str, str]) -> list[tuple[str, str]]:
    """The SASL extensions, with the letters that are allowed in them (RFC 7628, 3.1)."""
    found = [
        (name.removeprefix(_EXTENSION), value)
        for name, value in options.items()
        if name.startswith(_EXTENSION)
    ]
    for name, value in found:
        if not _EXTENSION_NAME.fullmatch(name) or not _EXTENSION_VALUE.fullmatch(value):
            raise invalid(_JAAS, f"{_EXTENSION}{name} is no name of an extension, or holds none")
    return found
