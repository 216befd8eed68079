from http import HTTPStatus
from typing import Any, Literal, cast
from urllib.parse import quote

import httpx

from ... import errors
from ...client import AuthenticatedClient, Client
from ...models.error_body import ErrorBody
from ...models.message_body import MessageBody
from ...models.notification import Notification
from ...models.variant_body import VariantBody
from ...types import UNSET, Response, Unset


def _get_kwargs(
    publisher_id: str,
    offer_id: str,
    *,
    body: Notification | Unset = UNSET,
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
        "method": "post",
        "url": "/api/publishers/{publisher_id}/offers/{offer_id}/cancel".format(
            publisher_id=quote(str(publisher_id), safe=""),
            offer_id=quote(str(offer_id), safe=""),
        ),
        "params": params,
    }

    if not isinstance(body, Unset):
        _kwargs["json"] = body.to_dict()

    headers["Content-Type"] = "application/json"

    _kwargs["headers"] = headers
    return _kwargs


def _parse_response(
    *, client: AuthenticatedClient | Client, response: httpx.Response
) -> Any | ErrorBody | MessageBody | str | VariantBody | None:
    if response.status_code == 200:
        response_200 = cast(Any, None)
        return response_200

    if response.status_code == 202:
        response_202 = cast(Any, None)
        return response_202

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

    if response.status_code == 411:
        response_411 = cast(Any, None)
        return response_411

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
) -> Response[Any | ErrorBody | MessageBody | str | VariantBody]:
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
    body: Notification | Unset = UNSET,
    api_version: Literal["2017-10-31"] = "2017-10-31",
    if_match: str | Unset = UNSET,
) -> Response[Any | ErrorBody | MessageBody | str | VariantBody]:
    """Cancel what runs

     Asks for the cancellation of the operation that runs for the offer [cancel-operations]. It
    takes one to three minutes, and `202` is answered whether or not there was anything to cancel
    (*observed*). A publish whose offer is in preview can be canceled, too; where its operation has
    ended by then, it says `canceled` afterwards, or stays as it was (*inferred*).

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
        body (Notification | Unset): Whom to notify by mail [publish-offer].

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[Any | ErrorBody | MessageBody | str | VariantBody]
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
    body: Notification | Unset = UNSET,
    api_version: Literal["2017-10-31"] = "2017-10-31",
    if_match: str | Unset = UNSET,
) -> Any | ErrorBody | MessageBody | str | VariantBody | None:
    """Cancel what runs

     Asks for the cancellation of the operation that runs for the offer [cancel-operations]. It
    takes one to three minutes, and `202` is answered whether or not there was anything to cancel
    (*observed*). A publish whose offer is in preview can be canceled, too; where its operation has
    ended by then, it says `canceled` afterwards, or stays as it was (*inferred*).

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
        body (Notification | Unset): Whom to notify by mail [publish-offer].

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Any | ErrorBody | MessageBody | str | VariantBody
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
    body: Notification | Unset = UNSET,
    api_version: Literal["2017-10-31"] = "2017-10-31",
    if_match: str | Unset = UNSET,
) -> Response[Any | ErrorBody | MessageBody | str | VariantBody]:
    """Cancel what runs

     Asks for the cancellation of the operation that runs for the offer [cancel-operations]. It
    takes one to three minutes, and `202` is answered whether or not there was anything to cancel
    (*observed*). A publish whose offer is in preview can be canceled, too; where its operation has
    ended by then, it says `canceled` afterwards, or stays as it was (*inferred*).

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
        body (Notification | Unset): Whom to notify by mail [publish-offer].

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[Any | ErrorBody | MessageBody | str | VariantBody]
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
    body: Notification | Unset = UNSET,
    api_version: Literal["2017-10-31"] = "2017-10-31",
    if_match: str | Unset = UNSET,
) -> Any | ErrorBody | MessageBody | str | VariantBody | None:
    """Cancel what runs

     Asks for the cancellation of the operation that runs for the offer [cancel-operations]. It
    takes one to three minutes, and `202` is answered whether or not there was anything to cancel
    (*observed*). A publish whose offer is in preview can be canceled, too; where its operation has
    ended by then, it says `canceled` afterwards, or stays as it was (*inferred*).

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
        body (Notification | Unset): Whom to notify by mail [publish-offer].

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Any | ErrorBody | MessageBody | str | VariantBody
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
