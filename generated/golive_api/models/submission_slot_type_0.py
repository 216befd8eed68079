from typing import Literal

SubmissionSlotType0 = Literal["production", "staging"]

SUBMISSION_SLOT_TYPE_0_VALUES: set[SubmissionSlotType0] = {
    "production",
    "staging",
}


def check_submission_slot_type_0(value: str) -> SubmissionSlotType0:
    if value in SUBMISSION_SLOT_TYPE_0_VALUES:
        return value
    raise TypeError(
        f"Unexpected value {value!r}. Expected one of {SUBMISSION_SLOT_TYPE_0_VALUES!r}"
    )
