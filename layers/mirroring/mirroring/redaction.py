"""What of a connector's configuration is a secret, and how to speak of the rest."""

import re
from collections.abc import Mapping

HIDDEN = "[hidden]"
_SECRET = re.compile(
    r"password|secret|jaas|token|keystore\.key|credential|access\.key|private\.key", re.IGNORECASE
)
_NO_OPTIONS = re.compile(r"\s*(?:[\w.$]+\s+\w+\s*;)?\s*")  # as AWS_MSK_IAM has it
_JAAS_SECRET = re.compile(r'(?i:password|secret|token)\w*\s*=\s*("(?:[^"\\]|\\.)*"|[^\s;"]+)')


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


def scrubbed(words: str, config: Mapping[str, str]) -> str:
    """Somebody else's words about this configuration, without the secrets they may quote."""
    secrets = [value for key, value in config.items() if is_secret(key) and len(value) >= 4]
    options = [option.strip('"') for value in secrets for option in _JAAS_SECRET.findall(value)]
    for secret in sorted({*secrets, *filter(None, options)}, key=len, reverse=True):
        words = words.replace(secret, HIDDEN)
    return words


def placeholders(properties: Mapping[str, str], provider: str, secret: str) -> dict[str, str]:
    """The properties with `${provider:secret:key}` for each secret one (KIP-297).

    A JAAS line is replaced as a whole; `secret` is the name of a Secrets Manager secret whose
    value is a JSON object that has these keys.
    """
    return {
        key: f"${{{provider}:{secret}:{key}}}" if is_secret(key) else value
        for key, value in properties.items()
    }
