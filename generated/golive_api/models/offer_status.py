from __future__ import annotations

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
    from ..models.message import Message
    from ..models.offer_link import OfferLink
    from ..models.step import Step


T = TypeVar("T", bound="OfferStatus")


@_attrs_define
class OfferStatus:
    """Where an offer stands [retrieve-offer-status].

    Attributes:
        status (KnownStatusWord | Literal['published'] | str): A word for the status of an offer: `neverPublished`,
            `notStarted`, `waitingForPublisherReview`,
            `running`, `succeeded`, `canceled` or `failed` [retrieve-offer-status], and in the sample of
            [retrieve-offers] `published`, which means that it succeeded and is said of no operation. The set
            is open.
        messages (list[Message | str] | None | Unset): What the service has to say about the offer.
        steps (list[Step] | None | Unset): The steps of its latest operation, in order.
        preview_links (list[OfferLink] | None | Unset): Links to the preview.
        live_links (list[OfferLink] | None | Unset): Links to the live offer.
        notification_emails (None | str | Unset): Who is notified; not returned for migrated offers.
    """

    status: KnownStatusWord | Literal["published"] | str
    messages: list[Message | str] | None | Unset = UNSET
    steps: list[Step] | None | Unset = UNSET
    preview_links: list[OfferLink] | None | Unset = UNSET
    live_links: list[OfferLink] | None | Unset = UNSET
    notification_emails: None | str | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        from ..models.message import Message  # noqa: PLC0415

        status: Literal["published"] | str
        if isinstance(self.status, str):
            status = self.status
        else:
            status = self.status

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
        if messages is not UNSET:
            field_dict["messages"] = messages
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

        def _parse_status(data: object) -> KnownStatusWord | Literal["published"] | str:
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
            return cast(KnownStatusWord | Literal["published"] | str, data)

        status = _parse_status(d.pop("status"))

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

        offer_status = cls(
            status=status,
            messages=messages,
            steps=steps,
            preview_links=preview_links,
            live_links=live_links,
            notification_emails=notification_emails,
        )

        offer_status.additional_properties = d
        return offer_status

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
