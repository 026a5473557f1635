"""Where the functions connect to, and where they do not."""

import socket

import pytest
from mirroring.client_properties.properties import security
from mirroring.client_properties.reach import Reach, check_places
from mirroring.errors import HostNotAllowed, UnsupportedProperty

KAFKA = "org.apache.kafka.common.security.oauthbearer"
REFUSED = [
    "127.0.0.1",
    "127.8.9.10",
    "localhost",
    "api.localhost.",
    "LOCALHOST",
    "2130706433",
    "0x7f000001",
    "0x7f.1",
    "0177.0.0.1",
    "127.1",
    "0.0.0.0",  # noqa: S104 - nothing is bound to it
    "0.1.2.3",
    "169.254.169.254",
    "169.254.170.2",
    "2852039166",
    "[::1]",
    "::",
    "[fe80::1]",
    "[ff02::1]",
    "224.0.0.1",
    "255.255.255.255",
    "[::ffff:169.254.169.254]",
    "[::ffff:7f00:1]",
    "[::127.0.0.1]",
    "[64:ff9b::7f00:1]",
    "[2002:7f00:1::]",
    "[fd00:ec2::254]",
    "168.63.129.16",
    "100.100.100.200",
]
TAKEN = ["10.0.0.7", "172.16.9.9", "192.168.1.1", "8.8.8.8", "[2001:db8::7]", "b-1.kafka.example"]


@pytest.mark.parametrize("host", REFUSED)
def test_this_machine_and_metadata_are_out_of_reach_however_they_are_written(host: str) -> None:
    with pytest.raises(HostNotAllowed):
        Reach().check(host)
    with pytest.raises(HostNotAllowed):
        Reach(hosts=("127.0.0.0/8", "*.localhost", "169.254.0.0/16")).check(host)


@pytest.mark.parametrize("host", TAKEN)
def test_any_other_host_is_in_reach(host: str) -> None:
    Reach().check(host)


def test_one_machine_alone_may_reach_itself_and_no_metadata() -> None:
    Reach(loopback=True).check("127.0.0.1")
    Reach(loopback=True).check("localhost")
    with pytest.raises(HostNotAllowed):
        Reach(loopback=True).check("169.254.169.254")


@pytest.mark.parametrize(
    ("host", "taken"),
    [
        ("broker.example", True),
        ("BROKER.example.", True),
        ("other.example", False),
        ("b-1.msk.eu", True),
        ("msk.eu", False),
        ("evil-msk.eu", False),
        ("10.1.2.3", True),
        ("11.1.2.3", False),
        ("167838211", True),
    ],
)
def test_hosts_that_are_named_are_the_only_ones(host: str, taken: bool) -> None:
    reach = Reach(hosts=("broker.example", "*.msk.eu", "10.0.0.0/8"))
    if taken:
        return reach.check(host)
    with pytest.raises(HostNotAllowed):
        reach.check(host)


def resolves(monkeypatch: pytest.MonkeyPatch, *addresses: str) -> None:
    """Every name resolves to these."""
    rows = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (one, 9092)) for one in addresses]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: rows)


@pytest.mark.parametrize("bad", ["127.0.0.1", "169.254.169.254", "::ffff:127.0.0.1", "fe80::1%2"])
def test_a_name_is_what_it_resolves_to(monkeypatch: pytest.MonkeyPatch, bad: str) -> None:
    resolves(monkeypatch, "10.0.0.1", bad)
    with pytest.raises(HostNotAllowed):
        Reach().addresses("innocent.example", 9092)


def test_what_was_checked_is_what_is_dialled(monkeypatch: pytest.MonkeyPatch) -> None:
    resolves(monkeypatch, "10.0.0.1", "10.0.0.2", "10.0.0.1")

    assert Reach().addresses("broker.example", 9092) == ["10.0.0.1", "10.0.0.2"]


@pytest.fixture
def deployed(monkeypatch: pytest.MonkeyPatch) -> None:
    """As in an account, where nothing of ours runs beside the functions."""
    for where in (
        "mirroring.client_properties.reach.reach",
        "mirroring.client_properties.sasl.reach",
    ):
        monkeypatch.setattr(where, Reach)


@pytest.mark.parametrize(
    "place",
    [
        "127.0.0.1:9092",
        "[::1]:9092",
        "::1:9092",
        "SSL://localhost:9",
        "localhost",
        "169.254.169.254:80",
    ],
)
def test_a_place_that_is_refused_names_its_field(deployed: None, place: str) -> None:
    with pytest.raises(HostNotAllowed) as refused:
        check_places(["10.0.0.1:9092", place], "bootstrapServers")

    assert [one.field for one in refused.value.errors] == ["bootstrapServers"]


@pytest.mark.parametrize(
    "url", ["http://idp.example/token", "https://169.254.169.254/latest", "https://", "file:///x"]
)
def test_tokens_are_bought_over_https_in_reach(deployed: None, url: str) -> None:
    properties = {
        "security.protocol": "SASL_SSL",
        "sasl.mechanism": "OAUTHBEARER",
        "sasl.oauthbearer.token.endpoint.url": url,
        "sasl.login.callback.handler.class": f"{KAFKA}.OAuthBearerLoginCallbackHandler",
        "sasl.jaas.config": f'{KAFKA}.OAuthBearerLoginModule required clientId="a" '
        'clientSecret="b";',
    }
    with pytest.raises(UnsupportedProperty, match=r"token\.endpoint\.url"):
        security(properties)
    security(properties | {"sasl.oauthbearer.token.endpoint.url": "https://idp.example/token"})
