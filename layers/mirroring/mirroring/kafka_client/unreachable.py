"""Why a cluster does not answer, in a sentence that says what to check."""

import re
from collections.abc import Sequence

from kafka.errors import (
    IncompatibleBrokerVersion,
    KafkaConfigurationError,
    KafkaError,
    KafkaTimeoutError,
    RequestTimedOutError,
    SaslAuthenticationFailedError,
    UnsupportedSaslMechanismError,
)

from mirroring.client_properties import tls
from mirroring.client_properties.tls import Trouble
from mirroring.errors import ClusterUnauthorized, ClusterUnreachable
from mirroring.kafka_client.failures import (
    LoginRefusedError,
    LoginUnavailableError,
    NobodyAnsweredError,
    NotConnectedError,
)
from mirroring.kafka_client.transport import NOT_ALLOWED
from mirroring.kafka_types import Fault

_TLS_ADVICE = {
    Trouble.OTHER_NAME: "use the name that stands in it, or leave "
    "ssl.endpoint.identification.algorithm empty",
    Trouble.EXPIRED: "renew it, or the authority in ssl.truststore.certificates",
    Trouble.NOT_YET: "check the broker's clock",
    Trouble.UNTRUSTED: "put its CA as PEM text into ssl.truststore.certificates, with "
    "ssl.truststore.type=PEM",
    Trouble.OURS: "check ssl.keystore.certificate.chain and ssl.keystore.key",
    Trouble.NO_TLS: "check security.protocol and the port",
    Trouble.HANDSHAKE: "check its TLS versions and ciphers, and whether it wants a certificate of "
    "ours (ssl.keystore.certificate.chain and ssl.keystore.key)",
}
_UNREACHABLE = (
    ("ECONNREFUSED", "refuses connections: check the port, and that a broker runs there"),
    (
        NOT_ALLOWED,
        "is where Lockstep does not connect: this machine, link-local, multicast, a metadata "
        "address, or not among the AllowedHosts of this stack",
    ),
    (
        "cannot be resolved",
        "has a name that {words} from here: check its spelling, and the network's DNS",
    ),
    (
        "disconnected|Connection reset|Broken pipe",
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
    causes = [_cause(one) for one in failures]
    for cause in causes:
        if refusal := _refusal(cause):
            return ClusterUnauthorized(f"{where} {refusal}.")
    return ClusterUnreachable(f"{where} {_hindrance(causes)}.")


def fault_of(failure: KafkaError) -> Fault:
    """What a failed request means for each partition that it asked about."""
    if isinstance(failure, KafkaTimeoutError | RequestTimedOutError):
        return Fault.TIMEOUT
    if isinstance(failure, IncompatibleBrokerVersion):
        return Fault.UNSUPPORTED
    return Fault.UNAUTHORIZED if _refusal(_cause(failure)) else Fault.UNREACHABLE


def _cause(failure: KafkaError) -> BaseException:
    return failure.cause if isinstance(failure, NotConnectedError) else failure


def _refusal(cause: BaseException) -> str | None:
    """The broker answered, and does not want us: in a clear word, or by ending the exchange.

    What is ours comes from building a SASL exchange (no AWS credentials, a wrong server signature);
    OpenSSL tells of a broker that wants a client certificate only in a later alert.
    """
    if isinstance(cause, UnsupportedSaslMechanismError):
        return "does not offer this mechanism: check sasl.mechanism"
    if isinstance(cause, LoginRefusedError):
        return f"cannot be logged in to: {_text(cause)}"
    ours = isinstance(cause, KafkaConfigurationError) or not isinstance(cause, KafkaError)
    if ours or isinstance(cause, SaslAuthenticationFailedError):
        return "refuses these credentials: check sasl.mechanism and sasl.jaas.config"
    reported = _text(cause)
    return _of_tls(Trouble.OURS, reported) if tls.trouble(reported) is Trouble.OURS else None


def _hindrance(causes: Sequence[BaseException]) -> str:
    """What keeps us from an answer, by the cause that says most."""
    for cause in causes:
        if isinstance(cause, LoginUnavailableError):
            return f"cannot be logged in to now: {_text(cause)}"
        if trouble := tls.trouble(_text(cause)):
            return _of_tls(trouble, _text(cause))
    for sign, sentence in _UNREACHABLE:
        for reported in map(_text, causes):
            if re.search(sign, reported):
                return sentence.format(words=reported)
    return _SILENT


def _text(cause: BaseException) -> str:
    """What an error says, without the name of kafka-python's class before it."""
    own = isinstance(cause, KafkaError) and cause.args
    return str(cause.args[0]) if own else str(cause)


def _of_tls(trouble: Trouble, reported: str) -> str:
    return f"{trouble} ({tls.words(reported)}): {_TLS_ADVICE[trouble]}"
