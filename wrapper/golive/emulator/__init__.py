"""The contracts as a running server, for trying things out and for tests.

The emulator knows the contracts, not the wrapper. Serving it needs the extra `emulator`, so what serves
is loaded when it is first used; the words that describe a service are here without it.
"""

from typing import TYPE_CHECKING, Any

from golive.emulator.faults import Fault, FaultLayer, Rule
from golive.emulator.habits import Habit
from golive.emulator.ingestion.habits import IngestionHabit
from golive.emulator.ingestion.products import (
    Product,
    ProductBegins,
    ProductMarket,
    ProductScenario,
    default_products,
)
from golive.emulator.market import (
    API_VERSION,
    STRANGERS_TOKEN,
    TOKEN,
    Begins,
    Market,
    Offer,
    Scenario,
    default_offers,
    numbered,
)

if TYPE_CHECKING:
    from golive.emulator.server import Emulator, InProcessTransport

__all__ = [
    "API_VERSION",
    "STRANGERS_TOKEN",
    "TOKEN",
    "Begins",
    "Emulator",
    "Fault",
    "FaultLayer",
    "Habit",
    "InProcessTransport",
    "IngestionHabit",
    "Market",
    "Offer",
    "Product",
    "ProductBegins",
    "ProductMarket",
    "ProductScenario",
    "Rule",
    "Scenario",
    "default_offers",
    "default_products",
    "numbered",
]


def __getattr__(name: str) -> Any:
    if name not in ("Emulator", "InProcessTransport"):
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from golive.emulator import server

    return getattr(server, name)
