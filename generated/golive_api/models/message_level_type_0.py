from typing import Literal

MessageLevelType0 = Literal["error", "information", "warning"]

MESSAGE_LEVEL_TYPE_0_VALUES: set[MessageLevelType0] = {
    "error",
    "information",
    "warning",
}


def check_message_level_type_0(value: str) -> MessageLevelType0:
    if value in MESSAGE_LEVEL_TYPE_0_VALUES:
        return value
    raise TypeError(
        f"Unexpected value {value!r}. Expected one of {MESSAGE_LEVEL_TYPE_0_VALUES!r}"
    )
