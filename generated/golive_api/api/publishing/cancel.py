from http import HTTPStatus
from typing import Any, Literal, cast
from urllib.parse import quote

import httpx

from ... import errors
from ...client import AuthenticatedClient, Client
from ...models.error_body import ErrorBody
from ...models.notification import Notification
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
) -> Any | ErrorBody | None:
    if response.status_code == 200:
        response_200 = cast(Any, None)
        return response_200

    if response.status_code == 202:
        response_202 = cast(Any, None)
        return response_202

    if response.status_code == 400:
        response_400 = ErrorBody.from_dict(response.json())

        return response_400

    if response.status_code == 401:
        response_401 = ErrorBody.from_dict(response.json())

        return response_401

    if response.status_code == 403:
        response_403 = ErrorBody.from_dict(response.json())

        return response_403

    if response.status_code == 404:
        response_404 = ErrorBody.from_dict(response.json())

        return response_404

    if response.status_code == 412:
        response_412 = ErrorBody.from_dict(response.json())

        return response_412

    if response.status_code == 429:
        response_429 = ErrorBody.from_dict(response.json())

        return response_429

    if client.raise_on_unexpected_status:
        raise errors.UnexpectedStatus(response.status_code, response.content)
    else:
        return None


def _build_response(
    *, client: AuthenticatedClient | Client, response: httpx.Response
) -> Response[Any | ErrorBody]:
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
) -> Response[Any | ErrorBody]:
    """Cancel what runs

     Asks for the cancellation of the operation that runs for the offer [cancel-operations]. It
    takes one to three minutes, and `202` is answered whether or not there was anything to cancel
    (*observed*).

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
        Response[Any | ErrorBody]
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
) -> Any | ErrorBody | None:
    """Cancel what runs

     Asks for the cancellation of the operation that runs for the offer [cancel-operations]. It
    takes one to three minutes, and `202` is answered whether or not there was anything to cancel
    (*observed*).

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
        Any | ErrorBody
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
) -> Response[Any | ErrorBody]:
    """Cancel what runs

     Asks for the cancellation of the operation that runs for the offer [cancel-operations]. It
    takes one to three minutes, and `202` is answered whether or not there was anything to cancel
    (*observed*).

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
        Response[Any | ErrorBody]
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
) -> Any | ErrorBody | None:
    """Cancel what runs

     Asks for the cancellation of the operation that runs for the offer [cancel-operations]. It
    takes one to three minutes, and `202` is answered whether or not there was anything to cancel
    (*observed*).

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
        Any | ErrorBody
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
