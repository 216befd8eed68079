"""The command: its verbs, its settings, and how it ends."""

from __future__ import annotations

import io
import os
import signal
import sys
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from itertools import chain
from pathlib import Path
from types import FrameType

import click

from golive import __version__
from golive.cli import settings
from golive.cli.commands import COMMANDS
from golive.cli.exits import HELP, Exit
from golive.cli.running import Terminated
from golive.cli.streams import OutputLost, guarded, say

__all__ = ["cli", "run"]

#: The signals that end the command, and how. SIGHUP comes when a terminal or an ssh session is closed.
SIGNALS = {signal.SIGTERM: Exit.TERMINATED}
if sys.platform != "win32":
    SIGNALS[signal.SIGHUP] = Exit.HUNG_UP


class _Commands(click.Group):
    """Lists the commands as they are used, and takes their options on either side of the verb."""

    def list_commands(self, context: click.Context) -> list[str]:
        return list(self.commands)

    def parse_args(self, context: click.Context, args: list[str]) -> list[str]:
        """Take options of the verb that stand before it for what they are."""
        own = _takes_value(self.params)
        others = _takes_value(chain.from_iterable(each.params for each in self.commands.values()))
        mine: list[str] = []
        moved: list[str] = []
        rest = list(args)
        while rest and rest[0].startswith("-") and rest[0] not in ("-", "--"):
            word = rest.pop(0)
            name, equals, _ = word.partition("=")
            known = others if name not in own and name in others else own
            target = moved if known is others else mine
            target.append(word)
            if known.get(name) and not equals and rest:
                target.append(rest.pop(0))
        return super().parse_args(context, [*mine, *rest[:1], *moved, *rest[1:]] if rest else mine)


def _takes_value(parameters: Iterable[click.Parameter]) -> dict[str, bool]:
    """Return the options among the parameters, and whether a value follows each."""
    return {
        name: not (each.is_flag or each.count)
        for each in parameters
        if isinstance(each, click.Option)
        for name in (*each.opts, *each.secondary_opts)
    }


@click.group(
    cls=_Commands,
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
    help="Settings file; `golive config` shows which one is used.",
)
@click.pass_context
def cli(context: click.Context, file: Path | None) -> None:
    """Take offers live on Microsoft's commercial marketplace, and follow them there.

    \b
    golive VERB PUBLISHER OFFER    acts on the offer, or on its latest operation
    golive VERB OPERATION-URL      the same, by the URL that golive printed

    Options may stand before or after the verb. The bearer token for the service comes from
    AZURE_TOKEN if that is set, else from azure-identity (pip install 'golive[azure]').
    """
    # The verb reads it, which may name another.
    context.obj = file


for _command in COMMANDS:
    cli.add_command(_command)


@contextmanager
def _signals() -> Iterator[None]:
    """Have the signals that end a session end the command in an orderly way."""
    handlers = {}
    for number in SIGNALS:
        # What `nohup` has the system ignore stays ignored.
        if signal.getsignal(number) is not signal.SIG_IGN:
            handlers[number] = signal.signal(number, _on_signal)
    try:
        yield
    finally:
        for number, handler in handlers.items():
            signal.signal(number, handler)


def _on_signal(number: int, frame: FrameType | None) -> None:
    raise Terminated(SIGNALS[signal.Signals(number)])


def run(arguments: Sequence[str]) -> int:
    """Run the command.

    Args:
        arguments: The arguments, without the name of the command.

    Returns:
        The exit code.
    """
    with _signals(), guarded():
        try:
            code = int(cli.main(args=list(arguments), prog_name="golive", standalone_mode=False) or 0)
            sys.stdout.flush()
            return code
        except click.ClickException as error:
            shown = io.StringIO()
            settings.located(error).show(file=shown)
            for line in shown.getvalue().splitlines():
                say(line)
            return Exit.USAGE
        except OutputLost as error:
            say(f"golive: {error}.")
            return Exit.OUTPUT_LOST
        except Terminated as error:
            return error.code
        except (click.Abort, KeyboardInterrupt):
            return Exit.INTERRUPTED
        except Exception as error:
            if os.environ.get("GOLIVE_DEBUG"):
                raise
            say(
                f"golive: internal error: {type(error).__name__}: {error}. This is a bug: please"
                " report it (GOLIVE_DEBUG=1 prints the traceback)."
            )
            return Exit.DEFECT
