"""What is API Gateway's own in the contract: where it answers, tokens, and what it refuses."""

from typing import Any

from lockstep.openapi.operation import READ, WRITE

TOKEN = "token"  # noqa: S105  # the name of the security scheme
GATEWAY = "GatewayMessage"
SERVERS: list[dict[str, Any]] = [
    {"url": "http://127.0.0.1:8080", "description": "make local, without a token"},
    {
        "url": "https://{api}.execute-api.{region}.amazonaws.com",
        "description": "The stack's output ApiUrl",
        "variables": {"api": {"default": "a1b2c3d4e5"}, "region": {"default": "eu-central-1"}},
    },
]
SECURITY = {
    "type": "oauth2",
    "description": "An access token of your OIDC issuer, or of the user pool that the stack makes: "
    "its output TokenUrl gives tokens to the machine clients.",
    "flows": {
        "clientCredentials": {
            "tokenUrl": "https://auth.example.com/oauth2/token",
            "scopes": {READ: "See clusters and mirrors", WRITE: "Create, change and delete them"},
        }
    },
}
MESSAGE = {
    "type": "object",
    "description": "What API Gateway itself answers, as application/json.",
    "properties": {"message": {"type": "string", "description": "Its words."}},
    "required": ["message"],
}


def _refusal(description: str, message: str) -> dict[str, Any]:
    schema = {"$ref": f"#/components/schemas/{GATEWAY}"}
    content = {"application/json": {"schema": schema, "example": {"message": message}}}
    return {"description": description, "content": content}


RESPONSES = {
    "Unauthorized": _refusal("No token, or one that is not valid", "Unauthorized"),
    "Forbidden": _refusal("The token lacks the scope of this call", "Forbidden"),
    "TooManyRequests": _refusal(
        "More calls than the stage or the route takes: try again later", "Too Many Requests"
    ),
}
REFERENCES = {
    status: {"$ref": f"#/components/responses/{name}"}
    for status, name in zip(("401", "403", "429"), RESPONSES, strict=True)
}
