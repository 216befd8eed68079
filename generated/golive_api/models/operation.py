from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..models.known_status_word import KnownStatusWord, check_known_status_word
from ..types import UNSET, Unset

if TYPE_CHECKING:
    from ..models.message import Message
    from ..models.offer_link import OfferLink
    from ..models.step import Step


T = TypeVar("T", bound="Operation")


@_attrs_define
class Operation:
    """A long-running operation and how far it got [retrieve-operations]. Only `status` is certain; the
    page and the clients disagree about most of the rest.

        Attributes:
            status (KnownStatusWord | str): A word for a status. The set is open: a word that is not known must neither
                crash a client nor
                end its wait. The service writes lower camel case (*observed*).
            id (str | Unset): The GUID of the operation; named in the prose only.
            submission_type (str | Unset): What kind of operation it is: `publish` in the sample, `Publish/GoLive` in the
                prose
                [retrieve-operations]. The set is open; compare as with status words. It proves little: a service
                that calls every operation `publish` tells a go-live by its slot alone, or not at all.
            error (None | str | Unset): Why a failed operation failed; named in the prose only.
            messages (list[Message | str] | None | Unset): What the service has to say about the operation as a whole.
            publishing_version (int | None | Unset): The version of the publication.
            offer_version (int | None | Unset): The version of the offer.
            cancellation_request_state (None | str | Unset): Whether it can be canceled, for example `canCancel`.
            created_date_time (datetime.datetime | None | Unset): When it was accepted; named in the prose only.
            last_action_date_time (datetime.datetime | None | Unset): When it last moved; named in the prose only.
            steps (list[Step] | None | Unset): The steps, in order.
            preview_links (list[OfferLink] | None | Unset): Links to the preview; "not currently implemented".
            live_links (list[OfferLink] | None | Unset): Links to the live offer; "not currently implemented".
            notification_emails (None | str | Unset): Who is notified; not returned for migrated offers.
    """

    status: KnownStatusWord | str
    id: str | Unset = UNSET
    submission_type: str | Unset = UNSET
    error: None | str | Unset = UNSET
    messages: list[Message | str] | None | Unset = UNSET
    publishing_version: int | None | Unset = UNSET
    offer_version: int | None | Unset = UNSET
    cancellation_request_state: None | str | Unset = UNSET
    created_date_time: datetime.datetime | None | Unset = UNSET
    last_action_date_time: datetime.datetime | None | Unset = UNSET
    steps: list[Step] | None | Unset = UNSET
    preview_links: list[OfferLink] | None | Unset = UNSET
    live_links: list[OfferLink] | None | Unset = UNSET
    notification_emails: None | str | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        from ..models.message import Message  # noqa: PLC0415

        status: str
        if isinstance(self.status, str):
            status = self.status
        else:
            status = self.status

        id = self.id

        submission_type = self.submission_type

        error: None | str | Unset
        if isinstance(self.error, Unset):
            error = UNSET
        else:
            error = self.error

        messages: list[dict[str, Any] | str] | None | Unset
        if isinstance(self.messages, Unset):
            messages = UNSET
        elif isinstance(self.messages, list):
            messages = []
            for messages_type_0_item_data in self.messages:
                messages_type_0_item: dict[str, Any] | str
                if isinstance(messages_type_0_item_data, Message):
                    messages_type_0_item = messages_type_0_item_data.to_dict()
                else:
                    messages_type_0_item = messages_type_0_item_data
                messages.append(messages_type_0_item)

        else:
            messages = self.messages

        publishing_version: int | None | Unset
        if isinstance(self.publishing_version, Unset):
            publishing_version = UNSET
        else:
            publishing_version = self.publishing_version

        offer_version: int | None | Unset
        if isinstance(self.offer_version, Unset):
            offer_version = UNSET
        else:
            offer_version = self.offer_version

        cancellation_request_state: None | str | Unset
        if isinstance(self.cancellation_request_state, Unset):
            cancellation_request_state = UNSET
        else:
            cancellation_request_state = self.cancellation_request_state

        created_date_time: None | str | Unset
        if isinstance(self.created_date_time, Unset):
            created_date_time = UNSET
        elif isinstance(self.created_date_time, datetime.datetime):
            created_date_time = self.created_date_time.isoformat()
        else:
            created_date_time = self.created_date_time

        last_action_date_time: None | str | Unset
        if isinstance(self.last_action_date_time, Unset):
            last_action_date_time = UNSET
        elif isinstance(self.last_action_date_time, datetime.datetime):
            last_action_date_time = self.last_action_date_time.isoformat()
        else:
            last_action_date_time = self.last_action_date_time

        steps: list[dict[str, Any]] | None | Unset
        if isinstance(self.steps, Unset):
            steps = UNSET
        elif isinstance(self.steps, list):
            steps = []
            for steps_type_0_item_data in self.steps:
                steps_type_0_item = steps_type_0_item_data.to_dict()
                steps.append(steps_type_0_item)

        else:
            steps = self.steps

        preview_links: list[dict[str, Any]] | None | Unset
        if isinstance(self.preview_links, Unset):
            preview_links = UNSET
        elif isinstance(self.preview_links, list):
            preview_links = []
            for preview_links_type_0_item_data in self.preview_links:
                preview_links_type_0_item = preview_links_type_0_item_data.to_dict()
                preview_links.append(preview_links_type_0_item)

        else:
            preview_links = self.preview_links

        live_links: list[dict[str, Any]] | None | Unset
        if isinstance(self.live_links, Unset):
            live_links = UNSET
        elif isinstance(self.live_links, list):
            live_links = []
            for live_links_type_0_item_data in self.live_links:
                live_links_type_0_item = live_links_type_0_item_data.to_dict()
                live_links.append(live_links_type_0_item)

        else:
            live_links = self.live_links

        notification_emails: None | str | Unset
        if isinstance(self.notification_emails, Unset):
            notification_emails = UNSET
        else:
            notification_emails = self.notification_emails

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "status": status,
            }
        )
        if id is not UNSET:
            field_dict["id"] = id
        if submission_type is not UNSET:
            field_dict["submissionType"] = submission_type
        if error is not UNSET:
            field_dict["error"] = error
        if messages is not UNSET:
            field_dict["messages"] = messages
        if publishing_version is not UNSET:
            field_dict["publishingVersion"] = publishing_version
        if offer_version is not UNSET:
            field_dict["offerVersion"] = offer_version
        if cancellation_request_state is not UNSET:
            field_dict["cancellationRequestState"] = cancellation_request_state
        if created_date_time is not UNSET:
            field_dict["createdDateTime"] = created_date_time
        if last_action_date_time is not UNSET:
            field_dict["lastActionDateTime"] = last_action_date_time
        if steps is not UNSET:
            field_dict["steps"] = steps
        if preview_links is not UNSET:
            field_dict["previewLinks"] = preview_links
        if live_links is not UNSET:
            field_dict["liveLinks"] = live_links
        if notification_emails is not UNSET:
            field_dict["notificationEmails"] = notification_emails

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.message import Message  # noqa: PLC0415
        from ..models.offer_link import OfferLink  # noqa: PLC0415
        from ..models.step import Step  # noqa: PLC0415

        d = dict(src_dict)

        def _parse_status(data: object) -> KnownStatusWord | str:
            try:
                if not isinstance(data, str):
                    raise TypeError()
                componentsschemas_status_word_type_0 = check_known_status_word(data)

                return componentsschemas_status_word_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(KnownStatusWord | str, data)

        status = _parse_status(d.pop("status"))

        id = d.pop("id", UNSET)

        submission_type = d.pop("submissionType", UNSET)

        def _parse_error(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        error = _parse_error(d.pop("error", UNSET))

        def _parse_messages(data: object) -> list[Message | str] | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            try:
                if not isinstance(data, list):
                    raise TypeError()
                messages_type_0 = []
                _messages_type_0 = data
                for messages_type_0_item_data in _messages_type_0:

                    def _parse_messages_type_0_item(data: object) -> Message | str:
                        try:
                            if not isinstance(data, dict):
                                raise TypeError()
                            componentsschemas_message_or_text_type_0 = (
                                Message.from_dict(data)
                            )

                            return componentsschemas_message_or_text_type_0
                        except (TypeError, ValueError, AttributeError, KeyError):
                            pass
                        return cast(Message | str, data)

                    messages_type_0_item = _parse_messages_type_0_item(
                        messages_type_0_item_data
                    )

                    messages_type_0.append(messages_type_0_item)

                return messages_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(list[Message | str] | None | Unset, data)

        messages = _parse_messages(d.pop("messages", UNSET))

        def _parse_publishing_version(data: object) -> int | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(int | None | Unset, data)

        publishing_version = _parse_publishing_version(
            d.pop("publishingVersion", UNSET)
        )

        def _parse_offer_version(data: object) -> int | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(int | None | Unset, data)

        offer_version = _parse_offer_version(d.pop("offerVersion", UNSET))

        def _parse_cancellation_request_state(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        cancellation_request_state = _parse_cancellation_request_state(
            d.pop("cancellationRequestState", UNSET)
        )

        def _parse_created_date_time(data: object) -> datetime.datetime | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            try:
                if not isinstance(data, str):
                    raise TypeError()
                created_date_time_type_0 = datetime.datetime.fromisoformat(data)

                return created_date_time_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(datetime.datetime | None | Unset, data)

        created_date_time = _parse_created_date_time(d.pop("createdDateTime", UNSET))

        def _parse_last_action_date_time(
            data: object,
        ) -> datetime.datetime | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            try:
                if not isinstance(data, str):
                    raise TypeError()
                last_action_date_time_type_0 = datetime.datetime.fromisoformat(data)

                return last_action_date_time_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(datetime.datetime | None | Unset, data)

        last_action_date_time = _parse_last_action_date_time(
            d.pop("lastActionDateTime", UNSET)
        )

        def _parse_steps(data: object) -> list[Step] | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            try:
                if not isinstance(data, list):
                    raise TypeError()
                steps_type_0 = []
                _steps_type_0 = data
                for steps_type_0_item_data in _steps_type_0:
                    steps_type_0_item = Step.from_dict(steps_type_0_item_data)

                    steps_type_0.append(steps_type_0_item)

                return steps_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(list[Step] | None | Unset, data)

        steps = _parse_steps(d.pop("steps", UNSET))

        def _parse_preview_links(data: object) -> list[OfferLink] | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            try:
                if not isinstance(data, list):
                    raise TypeError()
                preview_links_type_0 = []
                _preview_links_type_0 = data
                for preview_links_type_0_item_data in _preview_links_type_0:
                    preview_links_type_0_item = OfferLink.from_dict(
                        preview_links_type_0_item_data
                    )

                    preview_links_type_0.append(preview_links_type_0_item)

                return preview_links_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(list[OfferLink] | None | Unset, data)

        preview_links = _parse_preview_links(d.pop("previewLinks", UNSET))

        def _parse_live_links(data: object) -> list[OfferLink] | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            try:
                if not isinstance(data, list):
                    raise TypeError()
                live_links_type_0 = []
                _live_links_type_0 = data
                for live_links_type_0_item_data in _live_links_type_0:
                    live_links_type_0_item = OfferLink.from_dict(
                        live_links_type_0_item_data
                    )

                    live_links_type_0.append(live_links_type_0_item)

                return live_links_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(list[OfferLink] | None | Unset, data)

        live_links = _parse_live_links(d.pop("liveLinks", UNSET))

        def _parse_notification_emails(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        notification_emails = _parse_notification_emails(
            d.pop("notificationEmails", UNSET)
        )

        operation = cls(
            status=status,
            id=id,
            submission_type=submission_type,
            error=error,
            messages=messages,
            publishing_version=publishing_version,
            offer_version=offer_version,
            cancellation_request_state=cancellation_request_state,
            created_date_time=created_date_time,
            last_action_date_time=last_action_date_time,
            steps=steps,
            preview_links=preview_links,
            live_links=live_links,
            notification_emails=notification_emails,
        )

        operation.additional_properties = d
        return operation

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
