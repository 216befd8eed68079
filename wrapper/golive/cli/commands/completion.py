"""`golive completion`: what makes a shell complete the command."""

from __future__ import annotations

import os
from typing import ClassVar

import click
from click.shell_completion import (
    CompletionItem,
    ShellComplete,
    add_completion_class,
    get_completion_class,
)

from golive.cli.exits import Exit

__all__ = ["completion"]


@add_completion_class
class PowerShellComplete(ShellComplete):
    """Completion for PowerShell, on every system; click has none."""

    name: ClassVar[str] = "powershell"
    # Where nothing is returned, as for a file, PowerShell completes file names itself.
    source_template: ClassVar[str] = """\
Register-ArgumentCompleter -Native -CommandName %(prog_name)s -ScriptBlock {
    param($wordToComplete, $commandAst, $cursorPosition)
    $before = $commandAst.CommandElements | Where-Object { $_.Extent.EndOffset -le $cursorPosition }
    $env:%(complete_var)s = 'powershell_complete'
    $env:COMP_WORDS = ($before | ForEach-Object { $_.ToString() }) -join "`n"
    $env:COMP_INCOMPLETE = $wordToComplete
    try {
        %(prog_name)s | ForEach-Object {
            $kind, $value, $help = $_ -split "`t", 3
            if ($kind -eq 'plain') {
                if (-not $help) { $help = $value }
                [System.Management.Automation.CompletionResult]::new(
                    $value, $value, 'ParameterValue', $help)
            }
        }
    } finally {
        Remove-Item Env:%(complete_var)s, Env:COMP_WORDS, Env:COMP_INCOMPLETE -ErrorAction Ignore
    }
}
"""

    def get_completion_args(self) -> tuple[list[str], str]:
        """Return the words before the one that is completed, and that one as far as it is typed."""
        args = os.environ["COMP_WORDS"].split("\n")[1:]
        # PowerShell takes a variable that is empty for none.
        incomplete = os.environ.get("COMP_INCOMPLETE", "")
        if incomplete and args and args[-1] == incomplete:
            args.pop()
        return args, incomplete

    def format_completion(self, item: CompletionItem) -> str:
        """Write one suggestion."""
        return f"{item.type}\t{item.value}\t{item.help or ''}"


@click.command()
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish", "powershell"]))
def completion(shell: str) -> Exit:
    """Print the completion script of a shell.

    \b
    Examples:
      eval "$(golive completion bash)"                     in ~/.bashrc
      eval "$(golive completion zsh)"                      in ~/.zshrc, after compinit
      golive completion fish > ~/.config/fish/completions/golive.fish
      golive completion powershell | Out-String | Invoke-Expression    in $PROFILE
    """
    kind = get_completion_class(shell)
    assert kind is not None  # noqa: S101
    root = click.get_current_context().find_root().command
    click.echo(kind(root, {}, "golive", "_GOLIVE_COMPLETE").source())
    return Exit.OK
