"""Fleets: many go-lives on a durable engine, which survive what dies. It needs the extra `fleet`."""

try:
    import dbos as _dbos  # noqa: F401
    import filelock as _filelock  # noqa: F401
    import jsonschema as _jsonschema  # noqa: F401
except ModuleNotFoundError as _error:
    raise ModuleNotFoundError(
        f"golive.fleet needs {_error.name}: pip install 'golive[fleet]'", name=_error.name
    ) from None

from golive.fleet.adapters import Service
from golive.fleet.fleet import Check, Fleet, FleetError, Worker
from golive.fleet.release import Limits, OfferPlan, Release
from golive.fleet.view import Estimate, Event, OfferState, OfferView, ReleaseView

__all__ = [
    "Check",
    "Estimate",
    "Event",
    "Fleet",
    "FleetError",
    "Limits",
    "OfferPlan",
    "OfferState",
    "OfferView",
    "Release",
    "ReleaseView",
    "Service",
    "Worker",
]
