"""The commands of `golive`, in the order in which they are used."""

from __future__ import annotations

from golive.cli.commands import offer
from golive.cli.commands.completion import completion
from golive.cli.commands.config import config
from golive.cli.commands.contract import contract
from golive.cli.commands.emulator import emulator
from golive.cli.commands.fleet import fleet

__all__ = ["COMMANDS"]

COMMANDS = (*offer.COMMANDS, fleet, emulator, contract, config, completion)
