from typing import Literal

ListSubmissionsTargetType = Literal["draft", "live", "preview"]

LIST_SUBMISSIONS_TARGET_TYPE_VALUES: set[ListSubmissionsTargetType] = {
    "draft",
    "live",
    "preview",
}


def check_list_submissions_target_type(value: str) -> ListSubmissionsTargetType:
    if value in LIST_SUBMISSIONS_TARGET_TYPE_VALUES:
        return value
    raise TypeError(
        f"Unexpected value {value!r}. Expected one of {LIST_SUBMISSIONS_TARGET_TYPE_VALUES!r}"
    )
