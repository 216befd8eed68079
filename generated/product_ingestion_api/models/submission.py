from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

if TYPE_CHECKING:
    from ..models.error_detail import ErrorDetail
    from ..models.reference_by_name import ReferenceByName
    from ..models.target import Target


T = TypeVar("T", bound="Submission")


@_attrs_define
class Submission:
    """What was submitted to a target [resource-schemas], or with the number `0` the draft, which has no
    `status` [product-ingestion-api]. What succeeded with the target `live` is live.

        Attributes:
            id (str): The durable id: `submission/`, the GUID of the product, and a number of up to nineteen digits
                (*observed*). The number is the same in preview and live.
            target (Target): Where something is [resource-schemas].
            schema (None | str | Unset): The type and the version of what it stands in, `https://HOST/schema/TYPE/VERSION`
                [product-ingestion-api]. The host may be the old one (*observed*), and the version another one than
                was asked for.
            product (None | ReferenceByName | str | Unset): What something is about [resource-schemas]: its durable id, or
                an object with the `externalId` or
                the `resourceName` that the request had.
            lifecycle_state (None | str | Unset): `generallyAvailable` or `deprecated`, of a product that was taken off the
                market
                [resource-schemas]. To send it is to change it.
            status (None | str | Unset): How far it got; missing for the draft.
            result (None | str | Unset): How it ended; missing for the draft.
            created (datetime.datetime | None | str | Unset): When a job began or ended, in UTC, with up to seven fractional
                digits; in the first year of all
                where it has not ended yet [product-ingestion-api]. A job that runs was shown with an end, too
                [private-offer-pages]: it proves nothing.
            validations (list[ErrorDetail] | None | Unset): What the service has to say about it; its `level` is
                `informational` or `warning`.
    """

    id: str
    target: Target
    schema: None | str | Unset = UNSET
    product: None | ReferenceByName | str | Unset = UNSET
    lifecycle_state: None | str | Unset = UNSET
    status: None | str | Unset = UNSET
    result: None | str | Unset = UNSET
    created: datetime.datetime | None | str | Unset = UNSET
    validations: list[ErrorDetail] | None | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        from ..models.reference_by_name import ReferenceByName  # noqa: PLC0415

        id = self.id

        target = self.target.to_dict()

        schema: None | str | Unset
        if isinstance(self.schema, Unset):
            schema = UNSET
        else:
            schema = self.schema

        product: dict[str, Any] | None | str | Unset
        if isinstance(self.product, Unset):
            product = UNSET
        elif isinstance(self.product, ReferenceByName):
            product = self.product.to_dict()
        else:
            product = self.product

        lifecycle_state: None | str | Unset
        if isinstance(self.lifecycle_state, Unset):
            lifecycle_state = UNSET
        else:
            lifecycle_state = self.lifecycle_state

        status: None | str | Unset
        if isinstance(self.status, Unset):
            status = UNSET
        else:
            status = self.status

        result: None | str | Unset
        if isinstance(self.result, Unset):
            result = UNSET
        else:
            result = self.result

        created: None | str | Unset
        if isinstance(self.created, Unset):
            created = UNSET
        elif isinstance(self.created, datetime.datetime):
            created = self.created.isoformat()
        else:
            created = self.created

        validations: list[dict[str, Any]] | None | Unset
        if isinstance(self.validations, Unset):
            validations = UNSET
        elif isinstance(self.validations, list):
            validations = []
            for validations_type_0_item_data in self.validations:
                validations_type_0_item = validations_type_0_item_data.to_dict()
                validations.append(validations_type_0_item)

        else:
            validations = self.validations

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "id": id,
                "target": target,
            }
        )
        if schema is not UNSET:
            field_dict["$schema"] = schema
        if product is not UNSET:
            field_dict["product"] = product
        if lifecycle_state is not UNSET:
            field_dict["lifecycleState"] = lifecycle_state
        if status is not UNSET:
            field_dict["status"] = status
        if result is not UNSET:
            field_dict["result"] = result
        if created is not UNSET:
            field_dict["created"] = created
        if validations is not UNSET:
            field_dict["validations"] = validations

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.error_detail import ErrorDetail  # noqa: PLC0415
        from ..models.reference_by_name import ReferenceByName  # noqa: PLC0415
        from ..models.target import Target  # noqa: PLC0415

        d = dict(src_dict)
        id = d.pop("id")

        target = Target.from_dict(d.pop("target"))

        def _parse_schema(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        schema = _parse_schema(d.pop("$schema", UNSET))

        def _parse_product(data: object) -> None | ReferenceByName | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            try:
                if not isinstance(data, dict):
                    raise TypeError()
                componentsschemas_reference_type_1 = ReferenceByName.from_dict(data)

                return componentsschemas_reference_type_1
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(None | ReferenceByName | str | Unset, data)

        product = _parse_product(d.pop("product", UNSET))

        def _parse_lifecycle_state(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        lifecycle_state = _parse_lifecycle_state(d.pop("lifecycleState", UNSET))

        def _parse_status(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        status = _parse_status(d.pop("status", UNSET))

        def _parse_result(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        result = _parse_result(d.pop("result", UNSET))

        def _parse_created(data: object) -> datetime.datetime | None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            try:
                if not isinstance(data, str):
                    raise TypeError()
                componentsschemas_job_time_type_0 = datetime.datetime.fromisoformat(
                    data
                )

                return componentsschemas_job_time_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(datetime.datetime | None | str | Unset, data)

        created = _parse_created(d.pop("created", UNSET))

        def _parse_validations(data: object) -> list[ErrorDetail] | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            try:
                if not isinstance(data, list):
                    raise TypeError()
                validations_type_0 = []
                _validations_type_0 = data
                for validations_type_0_item_data in _validations_type_0:
                    validations_type_0_item = ErrorDetail.from_dict(
                        validations_type_0_item_data
                    )

                    validations_type_0.append(validations_type_0_item)

                return validations_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(list[ErrorDetail] | None | Unset, data)

        validations = _parse_validations(d.pop("validations", UNSET))

        submission = cls(
            id=id,
            target=target,
            schema=schema,
            product=product,
            lifecycle_state=lifecycle_state,
            status=status,
            result=result,
            created=created,
            validations=validations,
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
