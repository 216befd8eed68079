"""Who authenticates for an account: a release gives a name, and what it names stays outside."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Any

from golive.credentials import AsyncCredential
from golive.errors import CredentialError

__all__ = ["DEFAULT", "credential"]

#: What authenticates where nothing is named: the token in this variable, else azure-identity.
DEFAULT = "AZURE_TOKEN"


def credential(names: Mapping[str, str], account: str) -> AsyncCredential:
    """Return what authenticates for an account.

    Args:
        names: By account, `env:VARIABLE`, `azure` or `azure:PREFIX`.
        account: The publisher; where the account implies it, the API.

    Raises:
        CredentialError: What is named is not there.
    """
    name = names.get(account)
    if name is None:
        return _token(DEFAULT, account) if os.environ.get(DEFAULT) else _azure(None, account)
    kind, _, rest = name.partition(":")
    return _token(rest, account) if kind == "env" else _azure(rest or None, account)


def _token(variable: str, account: str) -> str:
    token = os.environ.get(variable, "").strip()
    if not token:
        raise CredentialError(
            f"The token for {account!r} is to be in the variable {variable}, which is not set for this"
            " worker."
        )
    return token


def _azure(prefix: str | None, account: str) -> Any:
    try:
        from azure.identity import ClientSecretCredential, DefaultAzureCredential
    except ModuleNotFoundError:
        raise CredentialError(
            f"There is no token for {account!r}: set {DEFAULT}, or name a variable under [credentials],"
            " or pip install 'golive[azure]'."
        ) from None
    if prefix is None:
        return DefaultAzureCredential()
    values = [
        os.environ.get(f"{prefix}_{each}", "") for each in ("TENANT_ID", "CLIENT_ID", "CLIENT_SECRET")
    ]
    if not all(values):
        raise CredentialError(
            f"{account!r} needs the variables {prefix}_TENANT_ID, {prefix}_CLIENT_ID and"
            f" {prefix}_CLIENT_SECRET, which are not all set for this worker."
        )
    tenant, client, secret = values
    return ClientSecretCredential(tenant, client, secret)
