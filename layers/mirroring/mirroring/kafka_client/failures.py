"""What asking a cluster may come to, beside kafka-python's own errors."""

from collections.abc import Sequence

from kafka.errors import KafkaError, SaslAuthenticationFailedError


class NotConnectedError(KafkaError):  # type: ignore[misc]  # kafka-python carries no types
    """A broker could not be connected to; `cause` is what was made of it below."""

    def __init__(self, cause: BaseException) -> None:
        super().__init__(f"{type(cause).__name__}: {cause}")
        self.cause = cause


class NobodyAnsweredError(KafkaError):  # type: ignore[misc]  # kafka-python carries no types
    """No broker that is known answered; `failures` has one of each that was tried."""

    def __init__(self, failures: Sequence[KafkaError]) -> None:
        super().__init__()
        self.failures = failures


class LoginRefusedError(SaslAuthenticationFailedError):  # type: ignore[misc]  # the same
    """What a login is built from cannot be had with what was given; its text says what and why."""


class LoginUnavailableError(KafkaError):  # type: ignore[misc]  # the same
    """What a login is built from cannot be had now; its text says what and why."""
