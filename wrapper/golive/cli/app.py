"""The command: its verbs, its settings, and how it ends."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Sequence
from pathlib import Path
from types import FrameType

import click

from golive import __version__
from golive.cli.exits import HELP, Exit
from golive.cli.frame import Terminated
from golive.cli.settings import default_file, read_file
from golive.cli.tools import TOOLS
from golive.cli.verbs import VERBS

__all__ = ["cli", "run"]


class _InOrder(click.Group):
    """Lists the commands as they are used, not by the alphabet."""

    def list_commands(self, context: click.Context) -> list[str]:
        return list(self.commands)


@click.group(
    cls=_InOrder,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    epilog=HELP,
)
@click.version_option(__version__, "-V", "--version", prog_name="golive", message="%(prog)s %(version)s")
@click.option(
    "--config",
    "file",
    type=click.Path(path_type=Path),
    envvar="GOLIVE_CONFIG",
    show_envvar=True,
    help="The file with the settings; `golive config` shows which it is.",
)
@click.pass_context
def cli(context: click.Context, file: Path | None) -> None:
    """Take an offer live on Microsoft's commercial marketplace, and know where it stands.

    \b
    golive VERB PUBLISHER OFFER    what the verb does to the offer, or its latest operation
    golive VERB TOKEN              the same, by the address that golive printed

    The token for the service comes from AZURE_TOKEN if that is set, else from azure-identity
    (pip install 'golive[azure]').
    """
    path = file or default_file()
    context.default_map = read_file(path, cli.commands, required=file is not None)
    context.obj = (path, path.is_file())


for _command in (*VERBS, *TOOLS):
    cli.add_command(_command)


def _on_sigterm(number: int, frame: FrameType | None) -> None:
    raise Terminated


def run(arguments: Sequence[str]) -> int:
    """Run the command.

    Args:
        arguments: The arguments, without the name of the command.

    Returns:
        The exit code.
    """
    for name in ("stdout", "stderr"):
        if getattr(sys, name) is None:
            # The shell closed it (`>&-`).
            setattr(sys, name, open(os.devnull, "w"))  # noqa: PTH123, SIM115
        # A character that the terminal cannot show must not end the wait.
        getattr(getattr(sys, name), "reconfigure", lambda **_: None)(errors="replace")
    signal.signal(signal.SIGTERM, _on_sigterm)
    try:
        return int(cli.main(args=list(arguments), prog_name="golive", standalone_mode=False) or 0)
    except click.ClickException as error:
        error.show()
        return Exit.USAGE
    except (click.Abort, KeyboardInterrupt):
        return Exit.INTERRUPTED
    except Exception as error:
        if os.environ.get("GOLIVE_DEBUG"):
            raise
        click.echo(
            f"golive: a defect of golive: {type(error).__name__}: {error}"
            " (set GOLIVE_DEBUG=1 to see where, and report it)",
            err=True,
        )
        return Exit.DEFECT
