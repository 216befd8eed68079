from http import HTTPStatus
from typing import Any, Literal, cast
from urllib.parse import quote

import httpx

from ... import errors
from ...client import AuthenticatedClient, Client
from ...models.error_body import ErrorBody
from ...models.message_body import MessageBody
from ...models.offer import Offer
from ...models.offer_draft import OfferDraft
from ...models.variant_body import VariantBody
from ...types import UNSET, Response, Unset


def _get_kwargs(
    publisher_id: str,
    offer_id: str,
    *,
    body: OfferDraft,
    api_version: Literal["2017-10-31"] = "2017-10-31",
    if_match: str | Unset = UNSET,
) -> dict[str, Any]:
    headers: dict[str, Any] = {}
    if not isinstance(if_match, Unset):
        headers["If-Match"] = if_match

    params: dict[str, Any] = {}

    params["api-version"] = api_version

    params = {k: v for k, v in params.items() if v is not UNSET and v is not None}

    _kwargs: dict[str, Any] = {
        "method": "put",
        "url": "/api/publishers/{publisher_id}/offers/{offer_id}".format(
            publisher_id=quote(str(publisher_id), safe=""),
            offer_id=quote(str(offer_id), safe=""),
        ),
        "params": params,
    }

    _kwargs["json"] = body.to_dict()

    headers["Content-Type"] = "application/json"

    _kwargs["headers"] = headers
    return _kwargs


def _parse_response(
    *, client: AuthenticatedClient | Client, response: httpx.Response
) -> ErrorBody | MessageBody | str | VariantBody | Offer | None:
    if response.status_code == 200:
        response_200 = Offer.from_dict(response.json())

        return response_200

    if response.status_code == 400:

        def _parse_response_400(
            data: object,
        ) -> ErrorBody | MessageBody | str | VariantBody:
            try:
                if not isinstance(data, dict):
                    raise TypeError()
                componentsschemas_error_answer_type_0 = ErrorBody.from_dict(data)

                return componentsschemas_error_answer_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            try:
                if not isinstance(data, dict):
                    raise TypeError()
                componentsschemas_error_answer_type_1 = MessageBody.from_dict(data)

                return componentsschemas_error_answer_type_1
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            try:
                if not isinstance(data, dict):
                    raise TypeError()
                componentsschemas_error_answer_type_2 = VariantBody.from_dict(data)

                return componentsschemas_error_answer_type_2
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(ErrorBody | MessageBody | str | VariantBody, data)

        response_400 = _parse_response_400(response.json())

        return response_400

    if response.status_code == 401:

        def _parse_response_401(
            data: object,
        ) -> ErrorBody | MessageBody | str | VariantBody:
            try:
                if not isinstance(data, dict):
                    raise TypeError()
                componentsschemas_error_answer_type_0 = ErrorBody.from_dict(data)

                return componentsschemas_error_answer_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            try:
                if not isinstance(data, dict):
                    raise TypeError()
                componentsschemas_error_answer_type_1 = MessageBody.from_dict(data)

                return componentsschemas_error_answer_type_1
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            try:
                if not isinstance(data, dict):
                    raise TypeError()
                componentsschemas_error_answer_type_2 = VariantBody.from_dict(data)

                return componentsschemas_error_answer_type_2
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(ErrorBody | MessageBody | str | VariantBody, data)

        response_401 = _parse_response_401(response.json())

        return response_401

    if response.status_code == 403:

        def _parse_response_403(
            data: object,
        ) -> ErrorBody | MessageBody | str | VariantBody:
            try:
                if not isinstance(data, dict):
                    raise TypeError()
                componentsschemas_error_answer_type_0 = ErrorBody.from_dict(data)

                return componentsschemas_error_answer_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            try:
                if not isinstance(data, dict):
                    raise TypeError()
                componentsschemas_error_answer_type_1 = MessageBody.from_dict(data)

                return componentsschemas_error_answer_type_1
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            try:
                if not isinstance(data, dict):
                    raise TypeError()
                componentsschemas_error_answer_type_2 = VariantBody.from_dict(data)

                return componentsschemas_error_answer_type_2
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(ErrorBody | MessageBody | str | VariantBody, data)

        response_403 = _parse_response_403(response.json())

        return response_403

    if response.status_code == 404:

        def _parse_response_404(
            data: object,
        ) -> ErrorBody | MessageBody | str | VariantBody:
            try:
                if not isinstance(data, dict):
                    raise TypeError()
                componentsschemas_error_answer_type_0 = ErrorBody.from_dict(data)

                return componentsschemas_error_answer_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            try:
                if not isinstance(data, dict):
                    raise TypeError()
                componentsschemas_error_answer_type_1 = MessageBody.from_dict(data)

                return componentsschemas_error_answer_type_1
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            try:
                if not isinstance(data, dict):
                    raise TypeError()
                componentsschemas_error_answer_type_2 = VariantBody.from_dict(data)

                return componentsschemas_error_answer_type_2
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(ErrorBody | MessageBody | str | VariantBody, data)

        response_404 = _parse_response_404(response.json())

        return response_404

    if response.status_code == 409:

        def _parse_response_409(
            data: object,
        ) -> ErrorBody | MessageBody | str | VariantBody:
            try:
                if not isinstance(data, dict):
                    raise TypeError()
                componentsschemas_error_answer_type_0 = ErrorBody.from_dict(data)

                return componentsschemas_error_answer_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            try:
                if not isinstance(data, dict):
                    raise TypeError()
                componentsschemas_error_answer_type_1 = MessageBody.from_dict(data)

                return componentsschemas_error_answer_type_1
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            try:
                if not isinstance(data, dict):
                    raise TypeError()
                componentsschemas_error_answer_type_2 = VariantBody.from_dict(data)

                return componentsschemas_error_answer_type_2
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(ErrorBody | MessageBody | str | VariantBody, data)

        response_409 = _parse_response_409(response.json())

        return response_409

    if response.status_code == 412:

        def _parse_response_412(
            data: object,
        ) -> ErrorBody | MessageBody | str | VariantBody:
            try:
                if not isinstance(data, dict):
                    raise TypeError()
                componentsschemas_error_answer_type_0 = ErrorBody.from_dict(data)

                return componentsschemas_error_answer_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            try:
                if not isinstance(data, dict):
                    raise TypeError()
                componentsschemas_error_answer_type_1 = MessageBody.from_dict(data)

                return componentsschemas_error_answer_type_1
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            try:
                if not isinstance(data, dict):
                    raise TypeError()
                componentsschemas_error_answer_type_2 = VariantBody.from_dict(data)

                return componentsschemas_error_answer_type_2
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(ErrorBody | MessageBody | str | VariantBody, data)

        response_412 = _parse_response_412(response.json())

        return response_412

    if response.status_code == 422:

        def _parse_response_422(
            data: object,
        ) -> ErrorBody | MessageBody | str | VariantBody:
            try:
                if not isinstance(data, dict):
                    raise TypeError()
                componentsschemas_error_answer_type_0 = ErrorBody.from_dict(data)

                return componentsschemas_error_answer_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            try:
                if not isinstance(data, dict):
                    raise TypeError()
                componentsschemas_error_answer_type_1 = MessageBody.from_dict(data)

                return componentsschemas_error_answer_type_1
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            try:
                if not isinstance(data, dict):
                    raise TypeError()
                componentsschemas_error_answer_type_2 = VariantBody.from_dict(data)

                return componentsschemas_error_answer_type_2
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(ErrorBody | MessageBody | str | VariantBody, data)

        response_422 = _parse_response_422(response.json())

        return response_422

    if response.status_code == 429:

        def _parse_response_429(
            data: object,
        ) -> ErrorBody | MessageBody | str | VariantBody:
            try:
                if not isinstance(data, dict):
                    raise TypeError()
                componentsschemas_error_answer_type_0 = ErrorBody.from_dict(data)

                return componentsschemas_error_answer_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            try:
                if not isinstance(data, dict):
                    raise TypeError()
                componentsschemas_error_answer_type_1 = MessageBody.from_dict(data)

                return componentsschemas_error_answer_type_1
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            try:
                if not isinstance(data, dict):
                    raise TypeError()
                componentsschemas_error_answer_type_2 = VariantBody.from_dict(data)

                return componentsschemas_error_answer_type_2
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(ErrorBody | MessageBody | str | VariantBody, data)

        response_429 = _parse_response_429(response.json())

        return response_429

    if response.status_code == 500:

        def _parse_response_500(
            data: object,
        ) -> ErrorBody | MessageBody | str | VariantBody:
            try:
                if not isinstance(data, dict):
                    raise TypeError()
                componentsschemas_error_answer_type_0 = ErrorBody.from_dict(data)

                return componentsschemas_error_answer_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            try:
                if not isinstance(data, dict):
                    raise TypeError()
                componentsschemas_error_answer_type_1 = MessageBody.from_dict(data)

                return componentsschemas_error_answer_type_1
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            try:
                if not isinstance(data, dict):
                    raise TypeError()
                componentsschemas_error_answer_type_2 = VariantBody.from_dict(data)

                return componentsschemas_error_answer_type_2
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(ErrorBody | MessageBody | str | VariantBody, data)

        response_500 = _parse_response_500(response.json())

        return response_500

    if client.raise_on_unexpected_status:
        raise errors.UnexpectedStatus(response.status_code, response.content)
    else:
        return None


def _build_response(
    *, client: AuthenticatedClient | Client, response: httpx.Response
) -> Response[ErrorBody | MessageBody | str | VariantBody | Offer]:
    return Response(
        status_code=HTTPStatus(response.status_code),
        content=response.content,
        headers=response.headers,
        parsed=_parse_response(client=client, response=response),
    )


def sync_detailed(
    publisher_id: str,
    offer_id: str,
    *,
    client: AuthenticatedClient | Client,
    body: OfferDraft,
    api_version: Literal["2017-10-31"] = "2017-10-31",
    if_match: str | Unset = UNSET,
) -> Response[ErrorBody | MessageBody | str | VariantBody | Offer]:
    """Change an offer

     Replaces the draft of the offer by a document [create-update-offers]: read it with `getOffer`,
    change what should differ, and give back the rest as it was. With `If-Match` the change is made
    only if nobody else made one since [concurrency-control]; `*` makes it in any case, and is what
    running clients send (*observed*).

    The page has the call create an offer, too, where there is none. A server that does not answers
    `404`.

    The draft alone changes: what is in preview and in production stays until the next publish and
    go-live. The same document twice makes the same draft, so the call may be repeated.

    Args:
        publisher_id (str): The id of a publisher or an offer: one path segment of letters,
            digits, `-`, `_` and `.`, not
            beginning with a dot. The alphabet is *inferred*, wide enough for every id that the
            reference
            shows; `$` is kept out because it joins the parts of an operation's name.
        offer_id (str): The id of a publisher or an offer: one path segment of letters, digits,
            `-`, `_` and `.`, not
            beginning with a dot. The alphabet is *inferred*, wide enough for every id that the
            reference
            shows; `$` is kept out because it joins the parts of an operation's name.
        api_version (Literal['2017-10-31']):  Default: '2017-10-31'.
        if_match (str | Unset):
        body (OfferDraft): An offer as it should be [create-update-offers]: a document as of
            `Offer`, opaque but for having a
            definition. What belongs to the service (`status`, `version`, `changedTime`,
            `pcMigrationStatus`)
            can be given back and is not heeded; `id` and `publisherId`, if given, are those of the
            path
            (*inferred*).

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[ErrorBody | MessageBody | str | VariantBody | Offer]
    """

    kwargs = _get_kwargs(
        publisher_id=publisher_id,
        offer_id=offer_id,
        body=body,
        api_version=api_version,
        if_match=if_match,
    )

    response = client.get_httpx_client().request(
        **kwargs,
    )

    return _build_response(client=client, response=response)


def sync(
    publisher_id: str,
    offer_id: str,
    *,
    client: AuthenticatedClient | Client,
    body: OfferDraft,
    api_version: Literal["2017-10-31"] = "2017-10-31",
    if_match: str | Unset = UNSET,
) -> ErrorBody | MessageBody | str | VariantBody | Offer | None:
    """Change an offer

     Replaces the draft of the offer by a document [create-update-offers]: read it with `getOffer`,
    change what should differ, and give back the rest as it was. With `If-Match` the change is made
    only if nobody else made one since [concurrency-control]; `*` makes it in any case, and is what
    running clients send (*observed*).

    The page has the call create an offer, too, where there is none. A server that does not answers
    `404`.

    The draft alone changes: what is in preview and in production stays until the next publish and
    go-live. The same document twice makes the same draft, so the call may be repeated.

    Args:
        publisher_id (str): The id of a publisher or an offer: one path segment of letters,
            digits, `-`, `_` and `.`, not
            beginning with a dot. The alphabet is *inferred*, wide enough for every id that the
            reference
            shows; `$` is kept out because it joins the parts of an operation's name.
        offer_id (str): The id of a publisher or an offer: one path segment of letters, digits,
            `-`, `_` and `.`, not
            beginning with a dot. The alphabet is *inferred*, wide enough for every id that the
            reference
            shows; `$` is kept out because it joins the parts of an operation's name.
        api_version (Literal['2017-10-31']):  Default: '2017-10-31'.
        if_match (str | Unset):
        body (OfferDraft): An offer as it should be [create-update-offers]: a document as of
            `Offer`, opaque but for having a
            definition. What belongs to the service (`status`, `version`, `changedTime`,
            `pcMigrationStatus`)
            can be given back and is not heeded; `id` and `publisherId`, if given, are those of the
            path
            (*inferred*).

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        ErrorBody | MessageBody | str | VariantBody | Offer
    """

    return sync_detailed(
        publisher_id=publisher_id,
        offer_id=offer_id,
        client=client,
        body=body,
        api_version=api_version,
        if_match=if_match,
    ).parsed


async def asyncio_detailed(
    publisher_id: str,
    offer_id: str,
    *,
    client: AuthenticatedClient | Client,
    body: OfferDraft,
    api_version: Literal["2017-10-31"] = "2017-10-31",
    if_match: str | Unset = UNSET,
) -> Response[ErrorBody | MessageBody | str | VariantBody | Offer]:
    """Change an offer

     Replaces the draft of the offer by a document [create-update-offers]: read it with `getOffer`,
    change what should differ, and give back the rest as it was. With `If-Match` the change is made
    only if nobody else made one since [concurrency-control]; `*` makes it in any case, and is what
    running clients send (*observed*).

    The page has the call create an offer, too, where there is none. A server that does not answers
    `404`.

    The draft alone changes: what is in preview and in production stays until the next publish and
    go-live. The same document twice makes the same draft, so the call may be repeated.

    Args:
        publisher_id (str): The id of a publisher or an offer: one path segment of letters,
            digits, `-`, `_` and `.`, not
            beginning with a dot. The alphabet is *inferred*, wide enough for every id that the
            reference
            shows; `$` is kept out because it joins the parts of an operation's name.
        offer_id (str): The id of a publisher or an offer: one path segment of letters, digits,
            `-`, `_` and `.`, not
            beginning with a dot. The alphabet is *inferred*, wide enough for every id that the
            reference
            shows; `$` is kept out because it joins the parts of an operation's name.
        api_version (Literal['2017-10-31']):  Default: '2017-10-31'.
        if_match (str | Unset):
        body (OfferDraft): An offer as it should be [create-update-offers]: a document as of
            `Offer`, opaque but for having a
            definition. What belongs to the service (`status`, `version`, `changedTime`,
            `pcMigrationStatus`)
            can be given back and is not heeded; `id` and `publisherId`, if given, are those of the
            path
            (*inferred*).

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[ErrorBody | MessageBody | str | VariantBody | Offer]
    """

    kwargs = _get_kwargs(
        publisher_id=publisher_id,
        offer_id=offer_id,
        body=body,
        api_version=api_version,
        if_match=if_match,
    )

    response = await client.get_async_httpx_client().request(**kwargs)

    return _build_response(client=client, response=response)


async def asyncio(
    publisher_id: str,
    offer_id: str,
    *,
    client: AuthenticatedClient | Client,
    body: OfferDraft,
    api_version: Literal["2017-10-31"] = "2017-10-31",
    if_match: str | Unset = UNSET,
) -> ErrorBody | MessageBody | str | VariantBody | Offer | None:
    """Change an offer

     Replaces the draft of the offer by a document [create-update-offers]: read it with `getOffer`,
    change what should differ, and give back the rest as it was. With `If-Match` the change is made
    only if nobody else made one since [concurrency-control]; `*` makes it in any case, and is what
    running clients send (*observed*).

    The page has the call create an offer, too, where there is none. A server that does not answers
    `404`.

    The draft alone changes: what is in preview and in production stays until the next publish and
    go-live. The same document twice makes the same draft, so the call may be repeated.

    Args:
        publisher_id (str): The id of a publisher or an offer: one path segment of letters,
            digits, `-`, `_` and `.`, not
            beginning with a dot. The alphabet is *inferred*, wide enough for every id that the
            reference
            shows; `$` is kept out because it joins the parts of an operation's name.
        offer_id (str): The id of a publisher or an offer: one path segment of letters, digits,
            `-`, `_` and `.`, not
            beginning with a dot. The alphabet is *inferred*, wide enough for every id that the
            reference
            shows; `$` is kept out because it joins the parts of an operation's name.
        api_version (Literal['2017-10-31']):  Default: '2017-10-31'.
        if_match (str | Unset):
        body (OfferDraft): An offer as it should be [create-update-offers]: a document as of
            `Offer`, opaque but for having a
            definition. What belongs to the service (`status`, `version`, `changedTime`,
            `pcMigrationStatus`)
            can be given back and is not heeded; `id` and `publisherId`, if given, are those of the
            path
            (*inferred*).

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        ErrorBody | MessageBody | str | VariantBody | Offer
    """

    return (
        await asyncio_detailed(
            publisher_id=publisher_id,
            offer_id=offer_id,
            client=client,
            body=body,
            api_version=api_version,
            if_match=if_match,
        )
    ).parsed
