"""What can be set for all verbs: by flags, else by variables, else by a small TOML file.

click resolves the three in that order; the file becomes the default map of its context.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Protocol, TypeVar

import click
from attrs import field, frozen
from click.core import ParameterSource

from golive import InvalidInput
from golive.cli.folders import settings_folder

__all__ = ["VARIABLES", "Decorator", "File", "located", "naming", "option", "origin_of"]

F = TypeVar("F", bound=Callable[..., Any])

#: The settings, each with its variable. A file names them the same, with `-` for `_`.
VARIABLES = {
    "api": "GOLIVE_API",
    "endpoint": "GOLIVE_ENDPOINT",
    "publisher": "GOLIVE_PUBLISHER",
    "interval": "GOLIVE_INTERVAL",
    "timeout": "GOLIVE_TIMEOUT",
    "allow_http": "GOLIVE_ALLOW_HTTP",
    "database": "GOLIVE_DATABASE",
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


@frozen
class File:
    """The file with the settings.

    Attributes:
        path: Where it is, or would be; None if the user has no folder for settings.
        found: Whether there is one.
        values: What it sets.
        lines: In which line it sets each of them.
    """

    path: Path | None
    found: bool = field(default=False, kw_only=True)
    values: dict[str, Any] = field(factory=dict)
    lines: dict[str, int] = field(factory=dict)

    @classmethod
    def read(cls, named: Path | None) -> File:
        """Read the file.

        Without a name it is where the system keeps the settings of a user. Never in the working
        directory, since a file that comes with somebody's repository must not choose where a token is
        sent.

        Args:
            named: The one that the user names; None for the usual one.

        Raises:
            click.UsageError: It cannot be read, or holds what it may not hold.
        """
        if named is not None:
            # A shell leaves the ~ of `--config=~/x` alone, and `./~` may come with a repository.
            path = _without_tilde(named)
            return cls(path, *_read(path), found=True)
        folder = settings_folder()
        if folder is None:
            return cls(None)
        path = folder / "config.toml"
        try:
            path.stat()
        except OSError:
            # There is none, or what stands for a home is no folder, or nobody else's business.
            return cls(path)
        return cls(path, *_read(path), found=True)

    def place(self, name: str) -> str:
        """Return where it sets something: its path and the line."""
        line = self.lines.get(name)
        return f"{self.path}" if line is None else f"{self.path}, line {line}"

    def __str__(self) -> str:
        if self.path is None:
            return "(no folder for settings)"
        return f"{self.path}{'' if self.found else ' (there is none)'}"


def origin_of(name: str) -> str | None:
    """Return where the value of a setting comes from: `flag`, its variable, or the path of the file.

    Returns:
        None if it is not set.
    """
    context = click.get_current_context()
    match context.get_parameter_source(name):
        case ParameterSource.COMMANDLINE:
            return "flag"
        case ParameterSource.ENVIRONMENT:
            return VARIABLES[name]
        case ParameterSource.DEFAULT_MAP:
            return str(context.obj.path)
    return None


@contextmanager
def naming(name: str) -> Iterator[None]:
    """Have an error about a setting's value name the variable or the file that sets it."""
    try:
        yield
    except InvalidInput as error:
        source = origin_of(name)
        if source in (None, "flag"):
            raise
        context = click.get_current_context()
        if context.get_parameter_source(name) is ParameterSource.DEFAULT_MAP:
            source = context.obj.place(name)
        raise InvalidInput(f"{error} ({name.replace('_', '-')} is set in {source}.)") from None


def located(error: click.ClickException) -> click.ClickException:
    """Return an error of usage that names the variable or the line of the file that sets what is wrong.

    click names the option that nobody wrote.
    """
    if not isinstance(error, click.BadParameter) or error.ctx is None or error.param is None:
        return error
    name = error.param.name or ""
    match error.ctx.get_parameter_source(name):
        case ParameterSource.DEFAULT_MAP:
            place = f"{error.ctx.obj.place(name)}: {name.replace('_', '-')}"
        case ParameterSource.ENVIRONMENT:
            place = str(error.param.envvar)
        case _:
            return error
    return click.UsageError(f"{place}: {error.message}", error.ctx)


def _without_tilde(path: Path) -> Path:
    try:
        return path.expanduser()
    except RuntimeError:
        raise click.UsageError(f"There is no home folder for {path}.") from None


def _read(path: Path) -> tuple[dict[str, Any], dict[str, int]]:
    """Return what a file sets, and in which line it sets each."""
    try:
        # Editors on Windows put a byte order mark first.
        text = path.read_text("utf-8-sig")
        read = tomllib.loads(text)
    except FileNotFoundError:
        raise click.UsageError(
            f"There is no file {path}, which --config or GOLIVE_CONFIG names."
        ) from None
    except (OSError, ValueError) as error:
        raise click.UsageError(f"Cannot read the settings in {path}: {error}") from None
    values, lines = {}, {}
    for written, value in read.items():
        name = written.replace("-", "_")
        lines[name] = _line(text, written)
        place = f"{path}, line {lines[name]}"
        if name not in VARIABLES:
            raise click.UsageError(f"{place}: {_refusal(written)}")
        wanted: type = bool if name == "allow_http" else str
        if not isinstance(value, wanted):
            example = "true or false" if wanted is bool else 'text in quotes, such as "1h"'
            raise click.UsageError(f"{place}: {written} must be {example}.")
        values[name] = value
    return values, lines


def _line(text: str, name: str) -> int:
    """Return the line of a name that stands in a file: of its value, or of the table that it is."""
    begins = re.compile(rf"\s*\[*\s*[\"']?{re.escape(name)}[\"']?\s*[=.\]]")
    return next((n for n, line in enumerate(text.splitlines(), 1) if begins.match(line)), 1)


def _refusal(name: str) -> str:
    if any(word in name.lower() for word in ("token", "secret", "password", "credential")):
        return f"{name!r} is not allowed in the settings file. Set AZURE_TOKEN instead."
    known = ", ".join(known.replace("_", "-") for known in VARIABLES)
    return f"unknown setting {name!r}; choose from {known}."
