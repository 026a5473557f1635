"""What of a connector's configuration is a secret, and how to speak of the rest."""

import re
from collections.abc import Iterator, Mapping

HIDDEN = "[hidden]"
_SECRET = re.compile(
    r"password|secret|jaas|token|keystore\.key|credential|access\.key|private\.key", re.IGNORECASE
)
_NO_OPTIONS = re.compile(r"\s*+(?:[\w.$]++\s++\w++\s*+;)?+\s*+")  # as AWS_MSK_IAM has it
# Each name begins where no letter stands before it, and nothing is given back: linear.
_OPTION = re.compile(r'(?<!\w)(\w++)\s*+=\s*+("(?:[^"\\]|\\.)*+"|[^\s;"]++)', re.DOTALL)
_SHORT = 4
"""Characters below which a secret is hidden only where it stands alone, as the words it is in are
told too."""
_PART = 16
"""Characters from which on a line of a secret of several lines is one itself."""


def is_secret(key: str) -> bool:
    """Whether a property of this name may hold a password, a key or a token."""
    return bool(_SECRET.search(key))


def holds_secret(key: str, value: str) -> bool:
    """Whether a secret stands there in plain text: a JAAS line without options has none."""
    if key.endswith("sasl.jaas.config") and _NO_OPTIONS.fullmatch(value):
        return False
    return is_secret(key) and "${" not in value


def redacted(config: Mapping[str, str]) -> dict[str, str]:
    """The configuration as it may be answered, logged or kept in the changes."""
    return {key: HIDDEN if is_secret(key) else value for key, value in config.items()}


def scrubbed(words: str, *configs: Mapping[str, str]) -> str:
    """Somebody else's words about these configurations, without the secrets they may quote.

    Kafka quotes a value as it was given, or trimmed, or one line or one login option of it.
    """
    quoted = {
        part
        for config in configs
        for key, value in config.items()
        if is_secret(key)
        for part in _quotable(value)
    }
    for secret in sorted(quoted, key=len, reverse=True):
        if len(secret) < _SHORT:
            words = re.sub(rf"(?<!\w){re.escape(secret)}(?!\w)", HIDDEN, words)
        else:
            words = words.replace(secret, HIDDEN)
    return _OPTION.sub(_without_secret, words)


def _without_secret(option: re.Match[str]) -> str:
    """A login option of whatever configuration, its value hidden where it may be a secret."""
    name, value = option.groups()
    if not _SECRET.search(name):
        return option[0]
    return option[0].removesuffix(value) + (f'"{HIDDEN}"' if value.startswith('"') else HIDDEN)


def _quotable(value: str) -> Iterator[str]:
    """What of a secret would give it away."""
    yield from filter(None, (value, value.strip()))
    yield from (line for line in map(str.strip, value.splitlines()) if len(line) >= _PART)
    for name, option in _OPTION.findall(value):
        plain = option[1:-1] if option.startswith('"') else option
        if plain and _SECRET.search(name):
            yield plain
            yield re.sub(r"\\(.)", r"\1", plain)


def placeholders(properties: Mapping[str, str], provider: str, secret: str) -> dict[str, str]:
    """The properties with `${provider:secret:key}` for each secret one (KIP-297).

    A JAAS line is replaced as a whole; `secret` is the name of a Secrets Manager secret whose
    value is a JSON object that has these keys.
    """
    return {
        key: f"${{{provider}:{secret}:{key}}}" if is_secret(key) else value
        for key, value in properties.items()
    }
