"""template.yaml as the local stack reads it."""

from lockstep.local.options import ROOT
from lockstep.local.template import read, snake

TEMPLATE = read(ROOT / "template.yaml")


def test_every_function_has_a_folder_with_its_handler() -> None:
    for name, folder in TEMPLATE.folders.items():
        assert folder == ROOT / "functions" / snake(name)
        assert (folder / "app.py").exists()


def test_the_layer_is_found() -> None:
    assert [layer / "mirroring" for layer in TEMPLATE.layers] == [
        ROOT / "layers" / "mirroring" / "mirroring"
    ]


def test_routes_lead_through_aliases_to_their_functions() -> None:
    routes = {route.key: route for route in TEMPLATE.routes()}

    assert routes["POST /mirrors"].function == "CreateMirror"
    assert routes["POST /mirrors"].scopes == ("mirrors/write",)
    assert routes["GET /mirrors/{name}"].function == "ReadMirrors"
    assert routes["$default"].scopes == ()


def test_a_subscription_holds_only_under_its_condition() -> None:
    assert TEMPLATE.where_it_holds("AlertsByEmail", "x") == {"Fn::If": ["HasAlertEmail", "x", ""]}
    assert TEMPLATE.where_it_holds("AlertsTopic", "x") == "x"
