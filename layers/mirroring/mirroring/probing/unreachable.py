"""Why a cluster does not answer, in a sentence that says what to check."""

from kafka.errors import (
    IncompatibleBrokerVersion,
    KafkaConfigurationError,
    KafkaError,
    KafkaTimeoutError,
    RequestTimedOutError,
    SaslAuthenticationFailedError,
    UnsupportedSaslMechanismError,
)

from mirroring.errors import ClusterUnauthorized, ClusterUnreachable
from mirroring.facts import Fault
from mirroring.probing.failures import NobodyAnsweredError, NotConnectedError

_REFUSED = (
    (
        "ALERT_",
        "refuses our certificate: check ssl.keystore.certificate.chain and ssl.keystore.key",
    ),
)
_UNREACHABLE = (
    (
        "mismatch",
        "shows a certificate for another name: use the name that stands in it, or leave "
        "ssl.endpoint.identification.algorithm empty",
    ),
    (
        "CERTIFICATE_VERIFY_FAILED",
        "shows a certificate that is not trusted here: put its CA as PEM text into "
        "ssl.truststore.certificates, with ssl.truststore.type=PEM",
    ),
    ("SSL", "does not speak TLS at this port: check security.protocol and the port"),
    ("EOF occurred", "does not speak TLS at this port: check security.protocol and the port"),
    ("ECONNREFUSED", "refuses connections: check the port, and that a broker runs there"),
    ("DNS", "has a name that cannot be resolved from here: check its spelling and the network"),
    (
        "disconnected",
        "closes the connection without an answer: check security.protocol, as it may want "
        "TLS or SASL",
    ),
    ("frame length", "answers in another protocol: check security.protocol, it may want TLS"),
)
_SILENT = (
    "does not answer: check the address, and that the network lets this function through "
    "(subnets, security groups)"
)


def explained(where: str, failure: KafkaError) -> ClusterUnreachable | ClusterUnauthorized:
    """The named error for `where`, a noun phrase, from what each broker tried made of it."""
    failures = failure.failures if isinstance(failure, NobodyAnsweredError) else [failure]
    for one in failures:
        if refusal := _refusal(one):
            return ClusterUnauthorized(f"{where} {refusal}.")
    words = [str(_cause(one)) for one in failures]
    for sign, sentence in _UNREACHABLE:
        if any(sign in word for word in words):
            return ClusterUnreachable(f"{where} {sentence}.")
    return ClusterUnreachable(f"{where} {_SILENT}.")


def fault_of(failure: KafkaError) -> Fault:
    """What a failed request means for each partition that it asked about."""
    if isinstance(failure, KafkaTimeoutError | RequestTimedOutError):
        return Fault.TIMEOUT
    if isinstance(failure, IncompatibleBrokerVersion):
        return Fault.OTHER
    return Fault.UNAUTHORIZED if _refusal(failure) else Fault.UNREACHABLE


def _cause(failure: KafkaError) -> BaseException:
    return failure.cause if isinstance(failure, NotConnectedError) else failure


def _refusal(failure: KafkaError) -> str | None:
    """The broker answered, and does not want us: in a clear word, or by ending the exchange.

    What is ours comes from building a SASL exchange (no AWS region or credentials, a wrong server
    signature); OpenSSL tells of a broker that wants a client certificate only in a later alert.
    """
    cause = _cause(failure)
    if isinstance(cause, UnsupportedSaslMechanismError):
        return "does not offer this mechanism: check sasl.mechanism"
    ours = isinstance(cause, KafkaConfigurationError) or not isinstance(cause, KafkaError)
    if ours or isinstance(cause, SaslAuthenticationFailedError):
        return "refuses these credentials: check sasl.mechanism and sasl.jaas.config"
    words = str(cause)
    return next((sentence for sign, sentence in _REFUSED if sign in words), None)
