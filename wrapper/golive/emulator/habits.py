"""What sources disagree about, by name: how a service of this API may behave otherwise.

Without any habit the emulator does what the strongest source saw; each habit is lawful by the contract
too.
"""

from __future__ import annotations

from collections.abc import Iterable

from golive.emulator.ingestion.habits import CONTRADICTIONS, IngestionHabit
from golive.emulator.words import Word

__all__ = ["Habit", "read_habits"]


class Habit(Word):
    """The names of the service's habits; some clients were written under them."""

    COMPLETED_WORDS = (
        "completed-words",
        "What succeeded says `completed`: operations, offers and steps alike.",
    )
    PUBLISH_GOES_ON = (
        "publish-goes-on",
        "A publish goes on while the offer is in preview, until a go-live or a cancel ends it.",
    )
    BARE_STEPS = "bare-steps", "A step has a `stepName` and a `status`, and nothing else."
    SLOT_STAGING = "slot-staging", "Entries of the list have the slot `staging`, those of go-lives too."
    ALL_PUBLISH = "all-publish", "Every operation is called a `publish`, go-lives too."
    OFFER_SAYS_WAITING = (
        "offer-says-waiting",
        "The status of an offer in preview says `waitingForPublisherReview`, not `running`.",
    )
    BUSY_400 = "busy-400", "While an operation runs, another is refused by 400, not 409."
    OPERATION_LOCATION = (
        "operation-location",
        "A 202 has the older `Operation-Location` with an absolute address, and no `Location`.",
    )
    OPERATION_LOCATION_RELATIVE = (
        "operation-location-relative",
        "A 202 has the older `Operation-Location` with a path, and no `Location`.",
    )
    BOTH_HEADERS = "both-headers", "A 202 has both headers."
    GUID_NAME = (
        "guid-name",
        "The name of an operation of an offer that was not migrated holds the offer's GUID, not its id.",
    )
    DOCUMENTED_ERRORS = (
        "documented-errors",
        "Every error has the documented body, an `error` with code and message.",
    )
    EMPTY_ERRORS = "empty-errors", "Errors have no body."
    ETAG_ON_STATUS = (
        "etag-on-status",
        "An offer and its status carry their ETag when they are read.",
    )
    NO_SUBMISSIONS = "no-submissions", "The list of an offer's operations is not there (404)."


_CONTRADICTIONS = (
    {Habit.OPERATION_LOCATION, Habit.OPERATION_LOCATION_RELATIVE},
    {Habit.DOCUMENTED_ERRORS, Habit.EMPTY_ERRORS},
    *CONTRADICTIONS,
)


def read_habits(
    habits: Iterable[Habit | IngestionHabit | str],
) -> tuple[frozenset[Habit], frozenset[IngestionHabit]]:
    """Return the habits of either API, some of which may be given by their names.

    Raises:
        ValueError: One is no habit, or two contradict each other.
    """
    found = set()
    for habit in habits:
        if habit not in {*Habit, *IngestionHabit}:
            known = ", ".join((*Habit, *IngestionHabit))
            raise ValueError(f"{habit!r} is no habit; there are {known}")
        found.add(str(habit))
    for pair in _CONTRADICTIONS:
        if pair <= found:
            raise ValueError(f"{' and '.join(sorted(pair))} contradict each other")
    return (
        frozenset(habit for habit in Habit if habit in found),
        frozenset(habit for habit in IngestionHabit if habit in found),
    )
