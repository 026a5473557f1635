"""Tokens for OAUTHBEARER, bought with client credentials (RFC 6749, 4.4) as Kafka's client does."""

import base64
import json
import socket
import time
from http.client import HTTPException
from urllib.error import HTTPError, URLError
from urllib.parse import quote_plus, urlencode
from urllib.request import Request

from kafka.net.sasl.oauth import AbstractTokenProvider

from mirroring.client_properties import tls
from mirroring.client_properties.dialling import opener
from mirroring.client_properties.security import OAuth
from mirroring.errors import HostNotAllowed
from mirroring.kafka_client.failures import LoginRefusedError, LoginUnavailableError

_TIMEOUT_S = 5
_RENEW_BEFORE_S = 60
_REFUSALS = (400, 401, 403)
"""What a token endpoint answers to credentials or a scope that it does not take (RFC 6749, 5.2)."""


class Tokens(AbstractTokenProvider):  # type: ignore[misc]  # kafka-python carries no types
    """Keeps a token until a minute before it expires."""

    def __init__(self, oauth: OAuth) -> None:
        super().__init__()
        self._oauth = oauth
        self._token = ""
        self._until = 0.0

    def token(self) -> str:
        """A token that is valid now; raises LoginRefusedError, LoginUnavailableError."""
        if time.monotonic() >= self._until:
            answer = self._bought()
            self._token = str(answer["access_token"])
            lifetime_s = float(str(answer.get("expires_in", 0)))
            self._until = time.monotonic() + max(0.0, lifetime_s - _RENEW_BEFORE_S)
        return self._token

    def extensions(self) -> dict[str, str]:
        """SASL extensions (KIP-342), as `extension_*` in the JAAS line."""
        return dict(self._oauth.extensions)

    def _bought(self) -> dict[str, object]:
        try:
            request = _request(self._oauth)
            with opener(tls.context()).open(request, timeout=_TIMEOUT_S) as sold:
                answer = json.load(sold)
        except HostNotAllowed as refused:
            raise LoginUnavailableError(f"the token endpoint: {refused.detail}") from None
        except HTTPError as answered:
            raise _failure(answered.code) from None
        except (OSError, ValueError, HTTPException) as failure:
            raise LoginUnavailableError(f"the token endpoint {_why(failure)}") from None
        if not isinstance(answer, dict) or "access_token" not in answer:
            raise LoginRefusedError("the token endpoint answers without a token")
        return answer


def _failure(code: int) -> LoginRefusedError | LoginUnavailableError:
    words = f"the token endpoint answers {code}"
    if code in _REFUSALS:
        return LoginRefusedError(f"{words} to the client credentials: check sasl.jaas.config")
    return LoginUnavailableError(words)


def _why(failure: Exception) -> str:
    """What is said of a token endpoint that did not answer."""
    reported = tls.cause(failure)
    if reported is not None and (trouble := tls.trouble(reported)) is not None:
        return f"{trouble} ({tls.words(reported)})"
    reason = failure.reason if isinstance(failure, URLError) else failure
    if isinstance(reason, socket.gaierror):
        return "has a name that cannot be resolved from here"
    return f"does not answer ({type(reason).__name__})"


def _request(oauth: OAuth) -> Request:
    pair = (oauth.client_id, oauth.client_secret.get_secret_value())
    if oauth.url_encoded:
        pair = (quote_plus(pair[0]), quote_plus(pair[1]))
    form = {"grant_type": "client_credentials"} | ({"scope": oauth.scope} if oauth.scope else {})
    basic = base64.b64encode(":".join(pair).encode()).decode()
    headers = {"Authorization": f"Basic {basic}", "Accept": "application/json"}
    return Request(oauth.token_url, urlencode(form).encode(), headers)  # noqa: S310 - see above
