"""Properties texts are read as Java reads them, and turned into what Lockstep can honour."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st
from mirroring.client_properties import properties
from mirroring.client_properties.properties import Isolation, Mechanism, Protocol
from mirroring.errors import BadRequest, UnsupportedProperty

SECRET = "s3cret-pa55"


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("a=1\nb=\\u12", 2),
        ("a=\\u00g0", 1),
        ("# x\n\nb=1\\\n 2\\\n\\uZZZZ\nc=3", 3),
        ("a=1\nb\\u=2", 2),
        ("a=\\ud83d", 1),
    ],
)
def test_a_malformed_escape_is_an_error_that_names_the_line(text: str, line: int) -> None:
    with pytest.raises(BadRequest, match=f"Line {line} ") as caught:
        properties.load(text, field="sourceConnectionProperties")
    assert caught.value.errors[0].field == "sourceConnectionProperties"


PLAIN_TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)


@given(st.dictionaries(PLAIN_TEXT.filter(bool), PLAIN_TEXT))
def test_what_was_escaped_for_a_properties_file_comes_back(wanted: dict[str, str]) -> None:
    def escaped(text: str) -> str:
        units = text.encode("utf-16-be")
        codes = (int.from_bytes(units[at : at + 2], "big") for at in range(0, len(units), 2))
        return "".join(f"\\u{code:04x}" for code in codes)

    text = "".join(
        f"  {escaped(name)} = \\\n  {escaped(value)}\n" for name, value in wanted.items()
    )
    assert properties.load(text) == wanted


@given(st.text("\\ \t\f=:#!\r\nau0", max_size=40))
def test_any_text_is_read_or_refused_by_name(text: str) -> None:
    try:
        found = properties.load(text)
    except BadRequest as refused:
        assert "Line" in refused.detail
    else:
        assert all("\\\n" not in value for value in found.values())


def jaas(module: str, **options: str) -> str:
    words = " ".join(f'{name}="{value}"' for name, value in options.items())
    return f"org.apache.kafka.common.security.{module} required {words};"


MODULE = "org.apache.kafka.common.security.plain.PlainLoginModule"
PLAIN = {
    "security.protocol": "SASL_SSL",
    "sasl.mechanism": "PLAIN",
    "sasl.jaas.config": jaas("plain.PlainLoginModule", username="ann", password=SECRET),
}
PEM = "-----BEGIN CERTIFICATE-----\nTUlJQg==\n-----END CERTIFICATE-----\n"
KEY = "-----BEGIN PRIVATE KEY-----\nTUlJQg==\n-----END PRIVATE KEY-----\n"
TLS = {"security.protocol": "SSL"}
OAUTH = {
    "security.protocol": "SASL_SSL",
    "sasl.mechanism": "OAUTHBEARER",
    "sasl.login.callback.handler.class": "org.apache.kafka.common.security.oauthbearer."
    "OAuthBearerLoginCallbackHandler",
    "sasl.oauthbearer.token.endpoint.url": "https://idp.example/token",
    "sasl.jaas.config": jaas(
        "oauthbearer.OAuthBearerLoginModule",
        clientId="me",
        clientSecret=SECRET,
        scope="kafka",
        extension_logicalCluster="lkc-1",
    ),
}
IAM = {
    "security.protocol": "SASL_SSL",
    "sasl.mechanism": "AWS_MSK_IAM",
    "sasl.jaas.config": "software.amazon.msk.auth.iam.IAMLoginModule required;",
    "sasl.client.callback.handler.class": "software.amazon.msk.auth.iam.IAMClientCallbackHandler",
}


def test_without_properties_the_connection_is_plain() -> None:
    found = properties.security({"bootstrap.servers": "b:9092", "group.id": "g"})
    assert found.protocol is Protocol.PLAINTEXT
    assert found.mechanism is None
    assert found.isolation is Isolation.READ_UNCOMMITTED


@pytest.mark.parametrize("mechanism", ["PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512"])
def test_a_user_and_password_are_read_from_the_jaas_line(mechanism: str) -> None:
    module = "plain.PlainLoginModule" if mechanism == "PLAIN" else "scram.ScramLoginModule"
    line = jaas(module, username="ann", password=SECRET)
    found = properties.security(
        {"security.protocol": "sasl_ssl", "sasl.mechanism": mechanism, "sasl.jaas.config": line}
    )
    assert (found.protocol, found.mechanism) == (Protocol.SASL_SSL, Mechanism(mechanism))
    assert found.username == "ann"
    assert found.password is not None
    assert found.password.get_secret_value() == SECRET


@pytest.mark.parametrize(
    ("written", "read"),
    [
        (r'"a\"b"', 'a"b'),
        (r'"a\\b"', "a\\b"),
        (r'"a\tb\101"', "a\tbA"),
        ('"a;b = c // d"', "a;b = c // d"),
        ("'it is'", "it is"),
        ("word-1.x_$", "word-1.x_$"),
        ('"é😀"', "é😀"),
    ],
)
def test_a_jaas_value_is_read_as_java_reads_it(written: str, read: str) -> None:
    line = f'{MODULE} REQUIRED /* who */ username="ann"\n password={written} ;'
    found = properties.security({**PLAIN, "sasl.jaas.config": line})
    assert found.password is not None
    assert found.password.get_secret_value() == read


@pytest.mark.parametrize(
    "line",
    [
        "",
        MODULE,
        f'{MODULE} required username="ann" password="{SECRET}"',
        f'{MODULE} username="ann" password="{SECRET}";',
        f'{MODULE} required username="ann" password="{SECRET}; ',
        f'{MODULE} required username="ann" password={SECRET}" ;',
        f'{MODULE} required username="ann" password=1234;',
        f'{MODULE} required username="ann" password= ;',
        f'{MODULE} required username="ann";',
        f'{MODULE} required = = "x" username="ann";',
        f'{MODULE} required username="a" password="{SECRET}"; b.C required;',
        f'a.ScramLoginModule required username="ann" password="{SECRET}";',
        "com.example.OwnLoginModule required;",
    ],
)
def test_a_broken_jaas_line_is_refused_without_repeating_it(line: str) -> None:
    with pytest.raises(UnsupportedProperty) as caught:
        properties.security({**PLAIN, "sasl.jaas.config": line})
    assert caught.value.errors[0].field == "sasl.jaas.config"
    assert SECRET not in caught.value.detail


def test_client_credentials_are_read_from_the_jaas_line() -> None:
    found = properties.security(OAUTH).oauth
    assert found is not None
    assert (found.client_id, found.scope) == ("me", "kafka")
    assert found.client_secret.get_secret_value() == SECRET
    assert found.extensions == (("logicalCluster", "lkc-1"),)


def test_client_credentials_are_read_from_their_own_properties() -> None:
    credentials = "sasl.oauthbearer.client.credentials.client."
    line = "org.apache.kafka.common.security.oauthbearer.OAuthBearerLoginModule required;"
    own = {f"{credentials}id": "you", f"{credentials}secret": SECRET, "sasl.jaas.config": line}
    found = properties.security({**OAUTH, **own, "sasl.oauthbearer.scope": "s"}).oauth
    assert found is not None
    assert (found.client_id, found.scope) == ("you", "s")


def test_msk_iam_needs_nothing_but_its_name() -> None:
    found = properties.security(IAM)
    assert found.mechanism is Mechanism.AWS_MSK_IAM
    assert found.password is None


def test_pem_texts_are_read_even_where_continuations_left_blanks_for_line_ends() -> None:
    found = properties.security(
        {
            **TLS,
            "ssl.truststore.type": "PEM",
            "ssl.truststore.certificates": PEM.replace("\n", " ") * 2,
            "ssl.keystore.type": "PEM",
            "ssl.keystore.certificate.chain": PEM,
            "ssl.keystore.key": KEY.replace("\n", "  "),
            "ssl.endpoint.identification.algorithm": "",
        }
    )
    assert (found.ca, found.certificate) == (PEM * 2, PEM)
    assert found.key is not None
    assert found.key.get_secret_value() == KEY
    assert not found.check_hostname


@pytest.mark.parametrize(
    ("given", "field", "word"),
    [
        ({"security.protocol": "TLS"}, "security.protocol", "SASL_SSL"),
        ({"isolation.level": "serializable"}, "isolation.level", "read_committed"),
        ({**PLAIN, "sasl.mechanism": "GSSAPI"}, "sasl.mechanism", "SCRAM-SHA-512"),
        ({**PLAIN, "sasl.mechanism": ""}, "sasl.mechanism", "SCRAM"),
        ({**PLAIN, "sasl.mechanism": "plain"}, "sasl.mechanism", "PLAIN"),
        ({**PLAIN, "sasl.mechanisms": "PLAIN"}, "sasl.mechanisms", "spelled"),
        ({**PLAIN, "sasl.login.class": "a.B"}, "sasl.login.class", "Java"),
        (
            {**PLAIN, "sasl.login.callback.handler.class": "a.B"},
            "sasl.login.callback.handler.class",
            "Java",
        ),
        ({**PLAIN, "sasl.jaas.config": "${file:/a:b}"}, "sasl.jaas.config", "placeholder"),
        ({**TLS, "ssl.truststore.location": "/a.jks"}, "ssl.truststore.location", "JKS"),
        (
            {**TLS, "ssl.truststore.location": "/a.p12", "ssl.truststore.type": "PKCS12"},
            "ssl.truststore.location",
            "ssl.truststore.certificates",
        ),
        (
            {**TLS, "ssl.keystore.location": "/a.pem", "ssl.keystore.type": "PEM"},
            "ssl.keystore.location",
            "ssl.keystore.key",
        ),
        ({**TLS, "ssl.truststore.password": SECRET}, "ssl.truststore.password", "leave it out"),
        ({**TLS, "ssl.keystore.password": SECRET}, "ssl.keystore.password", "ssl.key.password"),
        ({**TLS, "ssl.truststore.certificates": PEM}, "ssl.truststore.type", "PEM"),
        (
            {**TLS, "ssl.truststore.certificates": "/a.pem", "ssl.truststore.type": "PEM"},
            "ssl.truststore.certificates",
            "BEGIN CERTIFICATE",
        ),
        ({**TLS, "ssl.keystore.key": KEY}, "ssl.keystore.certificate.chain", "needed"),
        (
            {
                **TLS,
                "ssl.keystore.type": "PEM",
                "ssl.keystore.certificate.chain": PEM,
                "ssl.keystore.key": KEY.replace("PRIVATE", "RSA PRIVATE"),
            },
            "ssl.keystore.key",
            "pkcs8",
        ),
        (
            {
                **TLS,
                "ssl.keystore.type": "PEM",
                "ssl.keystore.certificate.chain": PEM,
                "ssl.keystore.key": KEY.replace("PRIVATE", "ENCRYPTED PRIVATE"),
            },
            "ssl.key.password",
            "needed",
        ),
        ({**TLS, "ssl.trustore.certificates": PEM}, "ssl.trustore.certificates", "spelled"),
        ({**TLS, "ssl.cipher.suites": "TLS_X"}, "ssl.cipher.suites", "leave it out"),
        ({**TLS, "ssl.engine.factory.class": "a.B"}, "ssl.engine.factory.class", "Java"),
        (
            {**TLS, "ssl.endpoint.identification.algorithm": "ldaps"},
            "ssl.endpoint.identification.algorithm",
            "https",
        ),
        (
            {**OAUTH, "sasl.oauthbearer.token.endpoint.url": "file:///t"},
            "sasl.oauthbearer.token.endpoint.url",
            "https",
        ),
        ({**IAM, "security.protocol": "SASL_PLAINTEXT"}, "security.protocol", "SASL_SSL"),
        (
            {
                **IAM,
                "sasl.jaas.config": IAM["sasl.jaas.config"].replace(";", ' awsRoleArn="arn:x";'),
            },
            "sasl.jaas.config",
            "awsRoleArn",
        ),
    ],
)
def test_what_cannot_be_honoured_is_refused_by_name(
    given: dict[str, str], field: str, word: str
) -> None:
    with pytest.raises(UnsupportedProperty) as caught:
        properties.security(given)
    assert caught.value.errors[0].field == field
    assert field in caught.value.detail
    assert word in caught.value.detail
    assert SECRET not in caught.value.detail


def test_properties_without_their_protocol_are_passed_over_as_kafka_does() -> None:
    stray = {"ssl.truststore.location": "/a.jks", "sasl.mechanism": "GSSAPI"}
    assert properties.security(stray).protocol is Protocol.PLAINTEXT


def test_no_secret_stands_in_a_repr() -> None:
    for wanted in (PLAIN, OAUTH):
        assert SECRET not in repr(properties.security(wanted))
    assert hash(properties.security(PLAIN)) == hash(properties.security(dict(PLAIN)))
    assert properties.security(PLAIN) != properties.security(OAUTH)


@pytest.mark.parametrize("name", ["group.id", "fetch.min.bytes", "ssl.provider", "x"])
def test_a_placeholder_is_refused_in_any_property(name: str) -> None:
    with pytest.raises(UnsupportedProperty, match="placeholder") as caught:
        properties.security({name: "a${aws:lockstep/cluster/eu-core:sasl.jaas.config}"})
    assert caught.value.errors[0].field == name


def test_the_callback_handler_of_workers_before_kafka_4_is_taken_too() -> None:
    handler = "sasl.login.callback.handler.class"
    older = OAUTH[handler].replace(".oauthbearer.", ".oauthbearer.secured.")
    assert properties.security({**OAUTH, handler: older}).oauth is not None


def test_a_pem_text_is_read_in_one_pass() -> None:
    began = time.process_time()
    for text in ("-----BEGIN" + " " * 40_000, "-----BEGIN " * 4_000, "-" * 40_000):
        with pytest.raises(UnsupportedProperty, match=r"ssl\.truststore\.certificates"):
            properties.security(
                {**TLS, "ssl.truststore.type": "PEM", "ssl.truststore.certificates": text}
            )
    assert time.process_time() - began < 0.5
