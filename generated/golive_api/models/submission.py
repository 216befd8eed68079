from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..models.known_status_word import KnownStatusWord, check_known_status_word
from ..models.submission_slot_type_0 import (
    SubmissionSlotType0,
    check_submission_slot_type_0,
)
from ..types import UNSET, Unset

if TYPE_CHECKING:
    from ..models.submission_definition import SubmissionDefinition


T = TypeVar("T", bound="Submission")


@_attrs_define
class Submission:
    """An entry of the list of operations [retrieve-operations].

    Attributes:
        id (str): The GUID of an operation [retrieve-operations].
        submission_type (str): What kind of operation it is: `publish` in the sample, `Publish/GoLive` in the prose
            [retrieve-operations]. The set is open; compare as with status words. It proves little: a service
            that calls every operation `publish` tells a go-live by its slot alone, or not at all.
        submission_state (KnownStatusWord | str): Where the operation stands, in a word of the list: `notStarted`,
            `running`, `completed`,
            `succeeded`, `failed` or `canceled` (*observed*). The set is open, as that of status words is.
        offer_id (str | Unset): A GUID here, other than in the path.
        offer_version (int | None | Unset): The version of the offer.
        offer_type_id (str | Unset): The type of the offer.
        publisher_id (str | Unset): The publisher.
        publishing_version (int | None | Unset): The version of the publication.
        slot (None | str | SubmissionSlotType0 | Unset): The slot that it works on: `staging` or `production`; no third
            word was ever met (*observed*).
            Clients were written for a go-live that has `production` and a publish that has `staging`, while
            the sample has no more than `staging` [retrieve-operations]. The set is kept open.
        version (int | None | Unset): A 64-bit number.
        definition (SubmissionDefinition | Unset): The part of the offer's definition that the list shows.
        changed_time (datetime.datetime | None | str | Unset): When it last changed. The list of operations and the
            document of an offer were *observed* with a
            moment that has no zone, and is meant in UTC (*inferred*); the samples have one
            [retrieve-operations], [retrieve-offers].
    """

    id: str
    submission_type: str
    submission_state: KnownStatusWord | str
    offer_id: str | Unset = UNSET
    offer_version: int | None | Unset = UNSET
    offer_type_id: str | Unset = UNSET
    publisher_id: str | Unset = UNSET
    publishing_version: int | None | Unset = UNSET
    slot: None | str | SubmissionSlotType0 | Unset = UNSET
    version: int | None | Unset = UNSET
    definition: SubmissionDefinition | Unset = UNSET
    changed_time: datetime.datetime | None | str | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        id = self.id

        submission_type = self.submission_type

        submission_state: str
        if isinstance(self.submission_state, str):
            submission_state = self.submission_state
        else:
            submission_state = self.submission_state

        offer_id = self.offer_id

        offer_version: int | None | Unset
        if isinstance(self.offer_version, Unset):
            offer_version = UNSET
        else:
            offer_version = self.offer_version

        offer_type_id = self.offer_type_id

        publisher_id = self.publisher_id

        publishing_version: int | None | Unset
        if isinstance(self.publishing_version, Unset):
            publishing_version = UNSET
        else:
            publishing_version = self.publishing_version

        slot: None | str | Unset
        if isinstance(self.slot, Unset):
            slot = UNSET
        elif isinstance(self.slot, str):
            slot = self.slot
        else:
            slot = self.slot

        version: int | None | Unset
        if isinstance(self.version, Unset):
            version = UNSET
        else:
            version = self.version

        definition: dict[str, Any] | Unset = UNSET
        if not isinstance(self.definition, Unset):
            definition = self.definition.to_dict()

        changed_time: None | str | Unset
        if isinstance(self.changed_time, Unset):
            changed_time = UNSET
        elif isinstance(self.changed_time, datetime.datetime):
            changed_time = self.changed_time.isoformat()
        else:
            changed_time = self.changed_time

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "id": id,
                "submissionType": submission_type,
                "submissionState": submission_state,
            }
        )
        if offer_id is not UNSET:
            field_dict["offerId"] = offer_id
        if offer_version is not UNSET:
            field_dict["offerVersion"] = offer_version
        if offer_type_id is not UNSET:
            field_dict["offerTypeId"] = offer_type_id
        if publisher_id is not UNSET:
            field_dict["publisherId"] = publisher_id
        if publishing_version is not UNSET:
            field_dict["publishingVersion"] = publishing_version
        if slot is not UNSET:
            field_dict["slot"] = slot
        if version is not UNSET:
            field_dict["version"] = version
        if definition is not UNSET:
            field_dict["definition"] = definition
        if changed_time is not UNSET:
            field_dict["changedTime"] = changed_time

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.submission_definition import SubmissionDefinition  # noqa: PLC0415

        d = dict(src_dict)
        id = d.pop("id")

        submission_type = d.pop("submissionType")

        def _parse_submission_state(data: object) -> KnownStatusWord | str:
            try:
                if not isinstance(data, str):
                    raise TypeError()
                componentsschemas_submission_state_type_0 = check_known_status_word(
                    data
                )

                return componentsschemas_submission_state_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(KnownStatusWord | str, data)

        submission_state = _parse_submission_state(d.pop("submissionState"))

        offer_id = d.pop("offerId", UNSET)

        def _parse_offer_version(data: object) -> int | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(int | None | Unset, data)

        offer_version = _parse_offer_version(d.pop("offerVersion", UNSET))

        offer_type_id = d.pop("offerTypeId", UNSET)

        publisher_id = d.pop("publisherId", UNSET)

        def _parse_publishing_version(data: object) -> int | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(int | None | Unset, data)

        publishing_version = _parse_publishing_version(
            d.pop("publishingVersion", UNSET)
        )

        def _parse_slot(data: object) -> None | str | SubmissionSlotType0 | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            try:
                if not isinstance(data, str):
                    raise TypeError()
                componentsschemas_submission_slot_type_0 = check_submission_slot_type_0(
                    data
                )

                return componentsschemas_submission_slot_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(None | str | SubmissionSlotType0 | Unset, data)

        slot = _parse_slot(d.pop("slot", UNSET))

        def _parse_version(data: object) -> int | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(int | None | Unset, data)

        version = _parse_version(d.pop("version", UNSET))

        _definition = d.pop("definition", UNSET)
        definition: SubmissionDefinition | Unset
        if isinstance(_definition, Unset):
            definition = UNSET
        else:
            definition = SubmissionDefinition.from_dict(_definition)

        def _parse_changed_time(data: object) -> datetime.datetime | None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            try:
                if not isinstance(data, str):
                    raise TypeError()
                componentsschemas_changed_time_type_0 = datetime.datetime.fromisoformat(
                    data
                )

                return componentsschemas_changed_time_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(datetime.datetime | None | str | Unset, data)

        changed_time = _parse_changed_time(d.pop("changedTime", UNSET))

        submission = cls(
            id=id,
            submission_type=submission_type,
            submission_state=submission_state,
            offer_id=offer_id,
            offer_version=offer_version,
            offer_type_id=offer_type_id,
            publisher_id=publisher_id,
            publishing_version=publishing_version,
            slot=slot,
            version=version,
            definition=definition,
            changed_time=changed_time,
        )

        submission.additional_properties = d
        return submission

    @property
    def additional_keys(self) -> list[str]:
        return list(self.additional_properties.keys())

    def __getitem__(self, key: str) -> Any:
        return self.additional_properties[key]

    def __setitem__(self, key: str, value: Any) -> None:
        self.additional_properties[key] = value

    def __delitem__(self, key: str) -> None:
        del self.additional_properties[key]

    def __contains__(self, key: str) -> bool:
        return key in self.additional_properties
