from typing import Literal

GetOfferSlotSlot = Literal["draft", "preview", "production"]

GET_OFFER_SLOT_SLOT_VALUES: set[GetOfferSlotSlot] = {
    "draft",
    "preview",
    "production",
}


def check_get_offer_slot_slot(value: str) -> GetOfferSlotSlot:
    if value in GET_OFFER_SLOT_SLOT_VALUES:
        return value
    raise TypeError(
        f"Unexpected value {value!r}. Expected one of {GET_OFFER_SLOT_SLOT_VALUES!r}"
    )
