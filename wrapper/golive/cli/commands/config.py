"""`golive config`: what is set, and where that comes from."""

from __future__ import annotations

import importlib.util
import os
import re
from typing import Any

import click

from golive import CredentialError
from golive.cli import bearer
from golive.cli.apis import Api
from golive.cli.exits import Exit
from golive.cli.options import (
    api_option,
    database_option,
    endpoint_options,
    publisher_option,
    timing_options,
)
from golive.cli.reports import Report
from golive.cli.running import with_report
from golive.cli.settings import VARIABLES, naming, origin_of
from golive.durations import spoken

__all__ = ["config"]

#: What azure-identity reads, and whether it is a secret.
_IDENTITY = {
    "AZURE_TENANT_ID": False,
    "AZURE_CLIENT_ID": False,
    "AZURE_CLIENT_SECRET": True,
    "AZURE_CLIENT_CERTIFICATE_PATH": False,
    "AZURE_CLIENT_CERTIFICATE_PASSWORD": True,
    "AZURE_USERNAME": False,
    "AZURE_PASSWORD": True,
    "AZURE_FEDERATED_TOKEN_FILE": False,
    "AZURE_AUTHORITY_HOST": False,
    "AZURE_TOKEN_CREDENTIALS": False,
}
HIDDEN = "(hidden)"
#: The password in a URL, after what stands before it.
_PASSWORD = re.compile(r"(://[^/@:]*:)[^/]*@")


@click.command()
@api_option
@publisher_option
@endpoint_options
@timing_options
@database_option
@with_report
def config(report: Report, **settings: Any) -> Exit:
    """Show the settings and where each comes from.

    Secrets are hidden. Options override environment variables, which override the settings file.

    \b
    Examples:
      golive config
      golive --config ci.toml config --json
    A settings file looks like this:
      publisher = "contoso"
      timeout = "5d"
    """
    api = Api(settings["api"])
    if settings["endpoint"] is not None:
        with naming("endpoint"):
            api.origin(settings["endpoint"], allow_http=settings["allow_http"])
    file = click.get_current_context().obj
    interval = api.polling(api.origin(settings["endpoint"] or api.endpoint, allow_http=True), None)
    defaults = {"endpoint": api.endpoint, "interval": interval.min_delay}
    rows = []
    for name in VARIABLES:
        value = settings[name] if settings[name] is not None else defaults.get(name)
        if name == "database" and value is not None:
            value = _PASSWORD.sub(rf"\1{HIDDEN}@", str(value))
        source = origin_of(name) or "default"
        rows.append({"name": name.replace("_", "-"), "value": value, "source": source})
    credential = _credential()
    identity = {
        name: HIDDEN if secret else os.environ[name]
        for name, secret in _IDENTITY.items()
        if os.environ.get(name)
    }
    lines = [f"{row['name']:<11} {_shown(row['value']):<30} {row['source']}" for row in rows]
    lines.append(f"{'credential':<11} {credential}")
    lines += [f"{'':<11} {name}={value}" for name, value in identity.items()]
    lines.append(f"{'file':<11} {file}")
    told = {"path": file.path and str(file.path), "found": file.found}
    report.tell("config", lines, settings=rows, credential=credential, identity=identity, file=told)
    return Exit.OK


def _credential() -> str:
    try:
        token = bearer.from_environment()
    except CredentialError as error:
        return f"none: {error}"
    if token:
        told = bearer.describe(bearer.claims(token))
        return f"AZURE_TOKEN {HIDDEN}{', ' if told else ''}{told}"
    try:
        found = importlib.util.find_spec("azure.identity") is not None
    except ModuleNotFoundError:
        found = False
    if found:
        return "azure-identity, since AZURE_TOKEN is not set"
    return "none: set AZURE_TOKEN, or pip install 'golive[azure]'"


def _shown(value: object) -> str:
    match value:
        case None:
            return "(none)"
        case bool():
            return "yes" if value else "no"
        case float():
            return spoken(value)
    return str(value)
