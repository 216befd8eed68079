"""What can be set for all verbs: by flags, else by variables, else by a small TOML file.

click resolves the three in that order; the file becomes the default map of its context.
"""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, Protocol, TypeVar

import click

__all__ = ["VARIABLES", "Decorator", "default_file", "option", "read_file"]

F = TypeVar("F", bound=Callable[..., Any])

#: The settings, each with its variable. A file names them the same, with `-` for `_`.
VARIABLES = {
    "endpoint": "GOLIVE_ENDPOINT",
    "publisher": "GOLIVE_PUBLISHER",
    "interval": "GOLIVE_INTERVAL",
    "timeout": "GOLIVE_TIMEOUT",
    "allow_http": "GOLIVE_ALLOW_HTTP",
}


class Decorator(Protocol):
    """Adds something to a command."""

    def __call__(self, function: F, /) -> F:
        """Return the command with it."""
        ...


def option(name: str, **attributes: Any) -> Decorator:
    """Return the option for a setting, which its variable sets, too."""
    flag = f"--{name.replace('_', '-')}"
    return click.option(flag, envvar=VARIABLES[name], show_envvar=True, **attributes)


def default_file() -> Path:
    """Return where the file is looked for: where the system keeps the settings of a user.

    Never in the working directory, since a file that comes with somebody's repository must not choose
    where a token is sent.
    """
    return Path(click.get_app_dir("golive")) / "config.toml"


def read_file(path: Path, verbs: Iterable[str], *, required: bool) -> dict[str, Any]:
    """Read the file as the default map of click's context.

    Args:
        path: The file.
        verbs: The commands that the settings are for.
        required: Whether it is an error that there is no such file.

    Raises:
        click.UsageError: It cannot be read, or holds what it may not hold.
    """
    try:
        read = tomllib.loads(path.read_text("utf-8"))
    except FileNotFoundError:
        if required:
            raise click.UsageError(
                f"There is no file {path}, which GOLIVE_CONFIG or --config names."
            ) from None
        return {}
    except (OSError, ValueError) as error:
        raise click.UsageError(f"Cannot read the settings in {path}: {error}") from None
    values = {}
    for written, value in read.items():
        name = written.replace("-", "_")
        if name not in VARIABLES:
            raise click.UsageError(f"{path}: {_refusal(written)}")
        wanted: type = bool if name == "allow_http" else str
        if not isinstance(value, wanted):
            example = "true or false" if wanted is bool else 'text in quotes, such as "1h"'
            raise click.UsageError(f"{path}: {written} must be {example}.")
        values[name] = value
    return dict.fromkeys(verbs, values)


def _refusal(name: str) -> str:
    if any(word in name.lower() for word in ("token", "secret", "password", "credential")):
        return f"{name!r} does not belong in a file. Put a token into the variable AZURE_TOKEN."
    known = ", ".join(known.replace("_", "-") for known in VARIABLES)
    return f"there is no setting {name!r}; there are {known}."
