from typing import Literal

KnownStatusWord = Literal[
    "blocked",
    "canceled",
    "complete",
    "completed",
    "failed",
    "inProgress",
    "neverPublished",
    "notStarted",
    "rejected",
    "running",
    "succeeded",
    "waitingForApproval",
    "waitingForPublisherReview",
]

KNOWN_STATUS_WORD_VALUES: set[KnownStatusWord] = {
    "blocked",
    "canceled",
    "complete",
    "completed",
    "failed",
    "inProgress",
    "neverPublished",
    "notStarted",
    "rejected",
    "running",
    "succeeded",
    "waitingForApproval",
    "waitingForPublisherReview",
}


def check_known_status_word(value: str) -> KnownStatusWord:
    if value in KNOWN_STATUS_WORD_VALUES:
        return value
    raise TypeError(
        f"Unexpected value {value!r}. Expected one of {KNOWN_STATUS_WORD_VALUES!r}"
    )
