"""The real azure-identity, with its network replaced at the transport."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import parse_qs

import pytest
from azure.core.pipeline.transport import HttpTransport
from azure.identity import ClientSecretCredential

from conftest import MIGRATED, Side
from golive import CredentialError, State
from golive.emulator import Emulator

TENANT = "00000000-0000-0000-0000-000000000001"
SECRET = "a-client-secret"
AUTHORITY = f"https://login.microsoftonline.com/{TENANT}"


class Answer:
    """As much of a response as azure-core's pipeline reads."""

    content_type = "application/json"
    reason = "as scripted"
    internal_response = None

    def __init__(self, request: Any, status: int, body: dict[str, Any]) -> None:
        self.request = request
        self.status_code = status
        self.headers = {"Content-Type": self.content_type}
        self._text = json.dumps(body)

    def text(self, encoding: str | None = None) -> str:
        return self._text

    def body(self) -> bytes:
        return self._text.encode()


class Directory(HttpTransport[Any, Any]):
    """Microsoft Entra ID, as far as a service principal needs it."""

    def __init__(self, *, secret: str = SECRET) -> None:
        self.secret = secret
        self.asked: list[dict[str, list[str]]] = []

    def open(self) -> None: ...

    def close(self) -> None: ...

    def __exit__(self, *details: object) -> None: ...

    def send(self, request: Any, **options: Any) -> Any:
        if "openid-configuration" in request.url:
            endpoints = {
                "authorization_endpoint": f"{AUTHORITY}/oauth2/v2.0/authorize",
                "token_endpoint": f"{AUTHORITY}/oauth2/v2.0/token",
                "issuer": f"{AUTHORITY}/v2.0",
            }
            return Answer(request, 200, endpoints)
        body = request.body
        form = body if isinstance(body, dict) else parse_qs(body)
        self.asked.append(
            {name: value if isinstance(value, list) else [value] for name, value in form.items()}
        )
        if self.asked[-1]["client_secret"] != [self.secret]:
            description = "AADSTS7000215: Invalid client secret provided."
            return Answer(request, 401, {"error": "invalid_client", "error_description": description})
        token = {"access_token": f"token-{len(self.asked)}", "expires_in": 3600, "token_type": "Bearer"}
        return Answer(request, 200, token)


def credential(directory: Directory) -> ClientSecretCredential:
    return ClientSecretCredential(
        TENANT, "client", SECRET, transport=directory, disable_instance_discovery=True
    )


def test_a_go_live_with_a_service_principal(side: Side, emulator: Emulator) -> None:
    directory = Directory()
    emulator.market.tokens = {"token-1": None}
    client = side.of(emulator, credential(directory))
    operation = side.get(client.begin_go_live("contoso", MIGRATED))
    side.get(operation.refresh())
    assert operation.status.state is State.RUNNING
    (asked,) = directory.asked
    assert "https://cloudpartner.azure.com/.default" in asked["scope"][0]


def test_a_wrong_client_secret(side: Side, emulator: Emulator) -> None:
    directory = Directory(secret="another")
    client = side.of(emulator, credential(directory))
    with pytest.raises(CredentialError, match="AADSTS7000215: Invalid client secret") as caught:
        side.get(client.begin_go_live("contoso", MIGRATED))
    assert SECRET not in str(caught.value)
    assert str(caught.value).isprintable()
