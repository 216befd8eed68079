"""`golive completion`: what makes a shell complete the command."""

from __future__ import annotations

import click

from golive.cli.exits import Exit

__all__ = ["completion"]


@click.command()
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
def completion(shell: str) -> Exit:
    """Print the completion script of a shell.

    \b
    Examples:
      eval "$(golive completion bash)"                     in ~/.bashrc
      eval "$(golive completion zsh)"                      in ~/.zshrc, after compinit
      golive completion fish > ~/.config/fish/completions/golive.fish
    """
    from click.shell_completion import get_completion_class

    kind = get_completion_class(shell)
    assert kind is not None  # noqa: S101
    root = click.get_current_context().find_root().command
    click.echo(kind(root, {}, "golive", "_GOLIVE_COMPLETE").source())
    return Exit.OK
