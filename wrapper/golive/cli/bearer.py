"""The bearer token: where it comes from, and what it says about itself, which explains most refusals.

The token itself is never shown.
"""

from __future__ import annotations

import base64
import binascii
import json
import logging
import os
import time
from typing import Any

from golive import CredentialError, GoLiveError, NotAllowed, NotAuthenticated, Origin
from golive.credentials import SCOPE, Credential
from golive.durations import spoken
from golive.text import printable

__all__ = ["advice", "claims", "credential", "describe", "from_environment"]

RESOURCE = SCOPE.removesuffix("/.default")


def from_environment() -> str | None:
    """Return the token in AZURE_TOKEN, without space around it, or None.

    Raises:
        CredentialError: It is not the token alone.
    """
    token = _variable()
    # `az account get-access-token` prints JSON, and with --query a JSON string.
    if token[:1] in ("'", '"', "{"):
        what = "more than the token" if token.startswith("{") else "a token in quotes"
        raise CredentialError(
            f"AZURE_TOKEN holds {what}; give the token alone, as `az account get-access-token --resource"
            f" {RESOURCE} --query accessToken -o tsv` prints it."
        )
    return token or None


def credential(origin: Origin, resource: str = RESOURCE) -> Credential:
    """Return what authenticates at an origin: the token in AZURE_TOKEN, else azure-identity.

    Raises:
        CredentialError: There is neither.
    """
    token = from_environment()
    if token:
        return token
    if origin.is_loopback:
        raise CredentialError(
            f"AZURE_TOKEN is not set. For an emulator at {origin}: export AZURE_TOKEN=emulator"
        )
    try:
        from azure.identity import DefaultAzureCredential
    except ModuleNotFoundError:
        raise CredentialError(
            "There is no token: set AZURE_TOKEN, for example to the output of `az account"
            f" get-access-token --resource {resource} --query accessToken -o tsv`,"
            " or pip install 'golive[azure]'."
        ) from None
    # Its warnings would repeat, over many lines, what our error says in one.
    logging.getLogger("azure").setLevel(logging.CRITICAL)
    return DefaultAzureCredential()


def _variable() -> str:
    return os.environ.get("AZURE_TOKEN", "").strip()


def claims(token: str) -> dict[str, Any]:
    """Return what a JSON Web Token (RFC 7519) claims; nothing if it is none. Nothing is verified."""
    try:
        _, payload, _ = token.split(".")
        read = json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
    except (ValueError, binascii.Error):
        return {}
    return read if isinstance(read, dict) else {}


def describe(read: dict[str, Any]) -> str:
    """Say in a few words what a token with such claims is for and how long it is good."""
    parts = []
    if isinstance(read.get("aud"), str):
        parts.append(f"for {printable(read['aud'])}")
    if isinstance(read.get("exp"), (int, float)):
        left = read["exp"] - time.time()
        parts.append(f"expires in {spoken(left)}" if left > 0 else f"expired {spoken(-left)} ago")
    return ", ".join(parts)


def advice(error: GoLiveError) -> str | None:
    """Say what the token in AZURE_TOKEN has to do with an error, or None."""
    token = _variable()
    if not token:
        return None
    read = claims(token)
    if isinstance(error, NotAuthenticated):
        told = describe(read)
        what = f"AZURE_TOKEN is a token {told}" if told else "The token is the one in AZURE_TOKEN"
        resource = "https://graph.microsoft.com" if "/rp/product-ingestion" in error.url else RESOURCE
        wanted = f" (it must be for {resource})" if _is_for_another(read, resource) else ""
        return (
            f"{what}{wanted}. It is used as it is and lives about an hour; without it azure-identity"
            " is asked, which renews tokens."
        )
    if isinstance(error, NotAllowed) and isinstance(read.get("oid"), str):
        return (
            f"The token's principal has the object id {printable(read['oid'])}: see whether the"
            " publisher's account has that one."
        )
    return None


def _is_for_another(read: dict[str, Any], resource: str) -> bool:
    # An audience may also be the GUID of the service's application, which no page names.
    audience = str(read.get("aud", ""))
    return audience.startswith("http") and audience.rstrip("/") != resource
