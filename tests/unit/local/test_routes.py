"""Which route a request takes: API Gateway's order, most precise first."""

import pytest

from lockstep.local.routes import DEFAULT, Route, choose

ROUTES = [
    Route(DEFAULT, "ANY", "Unknown", None),
    Route("/mirrors", "GET", "List", ("mirrors/read",)),
    Route("/mirrors", "POST", "Create", ("mirrors/write",)),
    Route("/mirrors/{name}", "GET", "Read", ("mirrors/read",)),
    Route("/mirrors/preview", "POST", "Preview", ("mirrors/write",)),
    Route("/mirrors/{name}", "POST", "Odd", ("mirrors/write",)),
    Route("/assets/{proxy+}", "ANY", "Assets", None),
    Route("/assets/logo.svg", "GET", "Logo", None),
]


@pytest.mark.parametrize(
    ("method", "path", "function", "variables"),
    [
        ("GET", "/mirrors", "List", {}),
        ("POST", "/mirrors", "Create", {}),
        ("GET", "/mirrors/eu.us.k3x9q", "Read", {"name": "eu.us.k3x9q"}),
        ("GET", "/mirrors/a%20b", "Read", {"name": "a b"}),
        ("GET", "/mirrors/a%2Fb", "Read", {"name": "a/b"}),
        ("POST", "/mirrors/preview", "Preview", {}),
        ("POST", "/mirrors/other", "Odd", {"name": "other"}),
        ("GET", "/assets/js/app.js", "Assets", {"proxy": "js/app.js"}),
        ("GET", "/assets/logo.svg", "Logo", {}),
        ("HEAD", "/assets/logo.svg", "Assets", {"proxy": "logo.svg"}),
        ("DELETE", "/mirrors", "Unknown", {}),
        ("GET", "/mirrors/", "Unknown", {}),
        ("GET", "/mirrors/a/b", "Unknown", {}),
        ("GET", "/mirrorsX", "Unknown", {}),
        ("GET", "/default", "Unknown", {}),
        ("GET", "/", "Unknown", {}),
        ("BREW", "/coffee", "Unknown", {}),
    ],
)
def test_the_most_precise_route_takes_the_request(
    method: str, path: str, function: str, variables: dict[str, str]
) -> None:
    chosen = choose(ROUTES, method, path)

    assert chosen is not None
    assert (chosen[0].function, chosen[1]) == (function, variables)


def test_without_a_default_route_nothing_takes_an_unknown_path() -> None:
    assert choose(ROUTES[1:], "GET", "/nowhere") is None


def test_a_route_is_called_as_an_event_calls_it() -> None:
    assert [ROUTES[0].key, ROUTES[3].key] == ["$default", "GET /mirrors/{name}"]
