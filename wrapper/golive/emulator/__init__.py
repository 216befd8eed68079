"""The contract as a running server, for trying things out and for tests.

The emulator knows the contract, not the wrapper. It needs the extra `emulator`.
"""

try:
    import starlette as _starlette  # noqa: F401
    import uvicorn as _uvicorn  # noqa: F401
except ModuleNotFoundError as _error:
    raise ModuleNotFoundError(
        f"golive.emulator needs {_error.name}: pip install 'golive[emulator]'", name=_error.name
    ) from None

from golive.emulator.faults import Fault, FaultLayer, Rule
from golive.emulator.habits import Habit
from golive.emulator.market import Begins, Market, Offer, Scenario, numbered
from golive.emulator.server import (
    STRANGERS_TOKEN,
    TOKEN,
    Emulator,
    InProcessTransport,
    default_offers,
)

__all__ = [
    "STRANGERS_TOKEN",
    "TOKEN",
    "Begins",
    "Emulator",
    "Fault",
    "FaultLayer",
    "Habit",
    "InProcessTransport",
    "Market",
    "Offer",
    "Rule",
    "Scenario",
    "default_offers",
    "numbered",
]
