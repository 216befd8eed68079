from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

if TYPE_CHECKING:
    from ..models.service_error import ServiceError


T = TypeVar("T", bound="JobStatus")


@_attrs_define
class JobStatus:
    """A job and how far it got [generated-models]. The id was *observed* as `jobId`; samples of
    [product-ingestion-api] spell it `jobID`, and one of the two is there: read both.

        Attributes:
            job_status (str): How far a job, or a submission, got: `notStarted`, `running` or `completed` [generated-
                models]. The
                tables of the page write them with a capital: compare without regard to case. The set is open; a
                word that is not known ends nothing.
            job_result (str): How a job, or a submission, ended: `pending` until it has, `succeeded` or `failed`
                [generated-models], and of a job that was cancelled `cancelled` [product-ingestion-api]. Compare
                without regard to case; one table has `Running` here [private-offer-pages]. The set is open.
            schema (None | str | Unset): The type and the version of what it stands in, `https://HOST/schema/TYPE/VERSION`
                [product-ingestion-api]. The host may be the old one (*observed*), and the version another one than
                was asked for.
            job_id (str | Unset): The id of the job; a GUID in all samples.
            job_start (datetime.datetime | None | str | Unset): When a job began or ended, in UTC, with up to seven
                fractional digits; in the first year of all
                where it has not ended yet [product-ingestion-api]. A job that runs was shown with an end, too
                [private-offer-pages]: it proves nothing.
            job_end (datetime.datetime | None | str | Unset): When a job began or ended, in UTC, with up to seven fractional
                digits; in the first year of all
                where it has not ended yet [product-ingestion-api]. A job that runs was shown with an end, too
                [private-offer-pages]: it proves nothing.
            resource_uri (None | str | Unset): The job on another host than this one; missing where something was deleted
                [private-offer-pages]. Nothing to be followed with a token.
            errors (list[ServiceError] | None | Unset): Why it failed; empty where all is well.
    """

    job_status: str
    job_result: str
    schema: None | str | Unset = UNSET
    job_id: str | Unset = UNSET
    job_start: datetime.datetime | None | str | Unset = UNSET
    job_end: datetime.datetime | None | str | Unset = UNSET
    resource_uri: None | str | Unset = UNSET
    errors: list[ServiceError] | None | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        job_status = self.job_status

        job_result = self.job_result

        schema: None | str | Unset
        if isinstance(self.schema, Unset):
            schema = UNSET
        else:
            schema = self.schema

        job_id = self.job_id

        job_start: None | str | Unset
        if isinstance(self.job_start, Unset):
            job_start = UNSET
        elif isinstance(self.job_start, datetime.datetime):
            job_start = self.job_start.isoformat()
        else:
            job_start = self.job_start

        job_end: None | str | Unset
        if isinstance(self.job_end, Unset):
            job_end = UNSET
        elif isinstance(self.job_end, datetime.datetime):
            job_end = self.job_end.isoformat()
        else:
            job_end = self.job_end

        resource_uri: None | str | Unset
        if isinstance(self.resource_uri, Unset):
            resource_uri = UNSET
        else:
            resource_uri = self.resource_uri

        errors: list[dict[str, Any]] | None | Unset
        if isinstance(self.errors, Unset):
            errors = UNSET
        elif isinstance(self.errors, list):
            errors = []
            for errors_type_0_item_data in self.errors:
                errors_type_0_item = errors_type_0_item_data.to_dict()
                errors.append(errors_type_0_item)

        else:
            errors = self.errors

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "jobStatus": job_status,
                "jobResult": job_result,
            }
        )
        if schema is not UNSET:
            field_dict["$schema"] = schema
        if job_id is not UNSET:
            field_dict["jobId"] = job_id
        if job_start is not UNSET:
            field_dict["jobStart"] = job_start
        if job_end is not UNSET:
            field_dict["jobEnd"] = job_end
        if resource_uri is not UNSET:
            field_dict["resourceUri"] = resource_uri
        if errors is not UNSET:
            field_dict["errors"] = errors

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.service_error import ServiceError  # noqa: PLC0415

        d = dict(src_dict)
        job_status = d.pop("jobStatus")

        job_result = d.pop("jobResult")

        def _parse_schema(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        schema = _parse_schema(d.pop("$schema", UNSET))

        job_id = d.pop("jobId", UNSET)

        def _parse_job_start(data: object) -> datetime.datetime | None | str | Unset:
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

        job_start = _parse_job_start(d.pop("jobStart", UNSET))

        def _parse_job_end(data: object) -> datetime.datetime | None | str | Unset:
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

        job_end = _parse_job_end(d.pop("jobEnd", UNSET))

        def _parse_resource_uri(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        resource_uri = _parse_resource_uri(d.pop("resourceUri", UNSET))

        def _parse_errors(data: object) -> list[ServiceError] | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            try:
                if not isinstance(data, list):
                    raise TypeError()
                errors_type_0 = []
                _errors_type_0 = data
                for errors_type_0_item_data in _errors_type_0:
                    errors_type_0_item = ServiceError.from_dict(errors_type_0_item_data)

                    errors_type_0.append(errors_type_0_item)

                return errors_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(list[ServiceError] | None | Unset, data)

        errors = _parse_errors(d.pop("errors", UNSET))

        job_status = cls(
            job_status=job_status,
            job_result=job_result,
            schema=schema,
            job_id=job_id,
            job_start=job_start,
            job_end=job_end,
            resource_uri=resource_uri,
            errors=errors,
        )

        job_status.additional_properties = d
        return job_status

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
