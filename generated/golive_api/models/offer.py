from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import (
    TYPE_CHECKING,
    Any,
    Literal,
    TypeVar,
    cast,
)

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..models.known_status_word import KnownStatusWord, check_known_status_word
from ..types import UNSET, Unset

if TYPE_CHECKING:
    from ..models.offer_definition import OfferDefinition


T = TypeVar("T", bound="Offer")


@_attrs_define
class Offer:
    """An offer as a document: what stands around its definition [retrieve-offers],
    [retrieve-specific-offer], and the definition, which is the publisher's own matter. The document is
    open, and a client that changes it gives back what it does not know as it was.

        Attributes:
            id (str): Its id, as in the path; the pages call it a GUID, and a server may name the offer's GUID here
                instead.
            publisher_id (str): Its publisher.
            offer_type_id (None | str | Unset): Its type, for example `microsoft-azure-virtualmachines`.
            status (KnownStatusWord | Literal['published'] | None | str | Unset): Where the offer stands [retrieve-offers].
                Of an offer in preview it says
                `waitingForPublisherReview` (*observed*), where `getOfferStatus` says `running`.
            pc_migration_status (None | str | Unset): Is `migrated` for an offer that was migrated to Partner Center
                (*observed*).
            version (int | None | Unset): The version of the document; a 32-bit number was *observed*.
            definition (None | OfferDefinition | Unset): What the publisher wrote. Values that are secret are left out
                [retrieve-specific-offer].
            changed_time (datetime.datetime | None | str | Unset): When it last changed. The list of operations and the
                document of an offer were *observed* with a
                moment that has no zone, and is meant in UTC (*inferred*); the samples have one
                [retrieve-operations], [retrieve-offers].
    """

    id: str
    publisher_id: str
    offer_type_id: None | str | Unset = UNSET
    status: KnownStatusWord | Literal["published"] | None | str | Unset = UNSET
    pc_migration_status: None | str | Unset = UNSET
    version: int | None | Unset = UNSET
    definition: None | OfferDefinition | Unset = UNSET
    changed_time: datetime.datetime | None | str | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        from ..models.offer_definition import OfferDefinition  # noqa: PLC0415

        id = self.id

        publisher_id = self.publisher_id

        offer_type_id: None | str | Unset
        if isinstance(self.offer_type_id, Unset):
            offer_type_id = UNSET
        else:
            offer_type_id = self.offer_type_id

        status: Literal["published"] | None | str | Unset
        if isinstance(self.status, Unset):
            status = UNSET
        elif isinstance(self.status, str):
            status = self.status
        else:
            status = self.status

        pc_migration_status: None | str | Unset
        if isinstance(self.pc_migration_status, Unset):
            pc_migration_status = UNSET
        else:
            pc_migration_status = self.pc_migration_status

        version: int | None | Unset
        if isinstance(self.version, Unset):
            version = UNSET
        else:
            version = self.version

        definition: dict[str, Any] | None | Unset
        if isinstance(self.definition, Unset):
            definition = UNSET
        elif isinstance(self.definition, OfferDefinition):
            definition = self.definition.to_dict()
        else:
            definition = self.definition

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
                "publisherId": publisher_id,
            }
        )
        if offer_type_id is not UNSET:
            field_dict["offerTypeId"] = offer_type_id
        if status is not UNSET:
            field_dict["status"] = status
        if pc_migration_status is not UNSET:
            field_dict["pcMigrationStatus"] = pc_migration_status
        if version is not UNSET:
            field_dict["version"] = version
        if definition is not UNSET:
            field_dict["definition"] = definition
        if changed_time is not UNSET:
            field_dict["changedTime"] = changed_time

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.offer_definition import OfferDefinition  # noqa: PLC0415

        d = dict(src_dict)
        id = d.pop("id")

        publisher_id = d.pop("publisherId")

        def _parse_offer_type_id(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        offer_type_id = _parse_offer_type_id(d.pop("offerTypeId", UNSET))

        def _parse_status(
            data: object,
        ) -> KnownStatusWord | Literal["published"] | None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            try:
                if not isinstance(data, str):
                    raise TypeError()
                componentsschemas_offer_status_word_type_0 = check_known_status_word(
                    data
                )

                return componentsschemas_offer_status_word_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            componentsschemas_offer_status_word_type_1 = cast(
                Literal["published"], data
            )
            if componentsschemas_offer_status_word_type_1 != "published":
                raise ValueError(
                    f"/components/schemas/OfferStatusWord_type_1 must match const 'published', got '{componentsschemas_offer_status_word_type_1}'"
                )
            return componentsschemas_offer_status_word_type_1
            return cast(
                KnownStatusWord | Literal["published"] | None | str | Unset, data
            )

        status = _parse_status(d.pop("status", UNSET))

        def _parse_pc_migration_status(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        pc_migration_status = _parse_pc_migration_status(
            d.pop("pcMigrationStatus", UNSET)
        )

        def _parse_version(data: object) -> int | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(int | None | Unset, data)

        version = _parse_version(d.pop("version", UNSET))

        def _parse_definition(data: object) -> None | OfferDefinition | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            try:
                if not isinstance(data, dict):
                    raise TypeError()
                definition_type_0 = OfferDefinition.from_dict(data)

                return definition_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(None | OfferDefinition | Unset, data)

        definition = _parse_definition(d.pop("definition", UNSET))

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

        offer = cls(
            id=id,
            publisher_id=publisher_id,
            offer_type_id=offer_type_id,
            status=status,
            pc_migration_status=pc_migration_status,
            version=version,
            definition=definition,
            changed_time=changed_time,
        )

        offer.additional_properties = d
        return offer

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
