from typing import Literal

GetResourceTreeTargetType = Literal["draft", "live", "preview"]

GET_RESOURCE_TREE_TARGET_TYPE_VALUES: set[GetResourceTreeTargetType] = {
    "draft",
    "live",
    "preview",
}


def check_get_resource_tree_target_type(value: str) -> GetResourceTreeTargetType:
    if value in GET_RESOURCE_TREE_TARGET_TYPE_VALUES:
        return value
    raise TypeError(
        f"Unexpected value {value!r}. Expected one of {GET_RESOURCE_TREE_TARGET_TYPE_VALUES!r}"
    )
