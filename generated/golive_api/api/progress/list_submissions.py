from http import HTTPStatus
from typing import Any, Literal
from urllib.parse import quote

import httpx

from ... import errors
from ...client import AuthenticatedClient, Client
from ...models.error_body import ErrorBody
from ...models.known_status_word import KnownStatusWord
from ...models.submission import Submission
from ...types import UNSET, Response, Unset


def _get_kwargs(
    publisher_id: str,
    offer_id: str,
    *,
    status: KnownStatusWord | str | Unset = UNSET,
    api_version: Literal["2017-10-31"] = "2017-10-31",
) -> dict[str, Any]:

    params: dict[str, Any] = {}

    json_status: str | Unset
    if isinstance(status, Unset):
        json_status = UNSET
    elif isinstance(status, str):
        json_status = status
    else:
        json_status = status
    params["status"] = json_status

    params["api-version"] = api_version

    params = {k: v for k, v in params.items() if v is not UNSET and v is not None}

    _kwargs: dict[str, Any] = {
        "method": "get",
        "url": "/api/publishers/{publisher_id}/offers/{offer_id}/submissions/".format(
            publisher_id=quote(str(publisher_id), safe=""),
            offer_id=quote(str(offer_id), safe=""),
        ),
        "params": params,
    }

    return _kwargs


def _parse_response(
    *, client: AuthenticatedClient | Client, response: httpx.Response
) -> ErrorBody | list[Submission] | None:
    if response.status_code == 200:
        response_200 = []
        _response_200 = response.json()
        for response_200_item_data in _response_200:
            response_200_item = Submission.from_dict(response_200_item_data)

            response_200.append(response_200_item)

        return response_200

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

    if response.status_code == 429:
        response_429 = ErrorBody.from_dict(response.json())

        return response_429

    if client.raise_on_unexpected_status:
        raise errors.UnexpectedStatus(response.status_code, response.content)
    else:
        return None


def _build_response(
    *, client: AuthenticatedClient | Client, response: httpx.Response
) -> Response[ErrorBody | list[Submission]]:
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
    status: KnownStatusWord | str | Unset = UNSET,
    api_version: Literal["2017-10-31"] = "2017-10-31",
) -> Response[ErrorBody | list[Submission]]:
    """List the operations of an offer

     All operations of an offer, newest first (the order is *inferred*), or only those in one
    state [retrieve-operations]. The slash at the end of the path is the real service's.

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
        status (KnownStatusWord | str | Unset): A word for a status. The set is open: a word that
            is not known must neither crash a client nor
            end its wait.
        api_version (Literal['2017-10-31']):  Default: '2017-10-31'.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[ErrorBody | list[Submission]]
    """

    kwargs = _get_kwargs(
        publisher_id=publisher_id,
        offer_id=offer_id,
        status=status,
        api_version=api_version,
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
    status: KnownStatusWord | str | Unset = UNSET,
    api_version: Literal["2017-10-31"] = "2017-10-31",
) -> ErrorBody | list[Submission] | None:
    """List the operations of an offer

     All operations of an offer, newest first (the order is *inferred*), or only those in one
    state [retrieve-operations]. The slash at the end of the path is the real service's.

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
        status (KnownStatusWord | str | Unset): A word for a status. The set is open: a word that
            is not known must neither crash a client nor
            end its wait.
        api_version (Literal['2017-10-31']):  Default: '2017-10-31'.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        ErrorBody | list[Submission]
    """

    return sync_detailed(
        publisher_id=publisher_id,
        offer_id=offer_id,
        client=client,
        status=status,
        api_version=api_version,
    ).parsed


async def asyncio_detailed(
    publisher_id: str,
    offer_id: str,
    *,
    client: AuthenticatedClient | Client,
    status: KnownStatusWord | str | Unset = UNSET,
    api_version: Literal["2017-10-31"] = "2017-10-31",
) -> Response[ErrorBody | list[Submission]]:
    """List the operations of an offer

     All operations of an offer, newest first (the order is *inferred*), or only those in one
    state [retrieve-operations]. The slash at the end of the path is the real service's.

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
        status (KnownStatusWord | str | Unset): A word for a status. The set is open: a word that
            is not known must neither crash a client nor
            end its wait.
        api_version (Literal['2017-10-31']):  Default: '2017-10-31'.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[ErrorBody | list[Submission]]
    """

    kwargs = _get_kwargs(
        publisher_id=publisher_id,
        offer_id=offer_id,
        status=status,
        api_version=api_version,
    )

    response = await client.get_async_httpx_client().request(**kwargs)

    return _build_response(client=client, response=response)


async def asyncio(
    publisher_id: str,
    offer_id: str,
    *,
    client: AuthenticatedClient | Client,
    status: KnownStatusWord | str | Unset = UNSET,
    api_version: Literal["2017-10-31"] = "2017-10-31",
) -> ErrorBody | list[Submission] | None:
    """List the operations of an offer

     All operations of an offer, newest first (the order is *inferred*), or only those in one
    state [retrieve-operations]. The slash at the end of the path is the real service's.

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
        status (KnownStatusWord | str | Unset): A word for a status. The set is open: a word that
            is not known must neither crash a client nor
            end its wait.
        api_version (Literal['2017-10-31']):  Default: '2017-10-31'.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        ErrorBody | list[Submission]
    """

    return (
        await asyncio_detailed(
            publisher_id=publisher_id,
            offer_id=offer_id,
            client=client,
            status=status,
            api_version=api_version,
        )
    ).parsed
