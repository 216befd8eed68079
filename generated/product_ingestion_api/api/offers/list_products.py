from http import HTTPStatus
from typing import Any

import httpx

from ... import errors
from ...client import AuthenticatedClient, Client
from ...models.error_answer import ErrorAnswer
from ...models.product_list import ProductList
from ...types import UNSET, Response, Unset


def _get_kwargs(
    *,
    external_id: str | Unset = UNSET,
    type_: str | Unset = UNSET,
    maxpagesize: int | Unset = UNSET,
    continuation_token: str | Unset = UNSET,
    version: str = "2022-07-01",
) -> dict[str, Any]:

    params: dict[str, Any] = {}

    params["externalId"] = external_id

    params["type"] = type_

    params["$maxpagesize"] = maxpagesize

    params["continuationToken"] = continuation_token

    params["$version"] = version

    params = {k: v for k, v in params.items() if v is not UNSET and v is not None}

    _kwargs: dict[str, Any] = {
        "method": "get",
        "url": "/product",
        "params": params,
    }

    return _kwargs


def _parse_response(
    *, client: AuthenticatedClient | Client, response: httpx.Response
) -> ErrorAnswer | ProductList | None:
    if response.status_code == 200:
        response_200 = ProductList.from_dict(response.json())

        return response_200

    if response.status_code == 400:
        response_400 = ErrorAnswer.from_dict(response.json())

        return response_400

    if response.status_code == 401:
        response_401 = ErrorAnswer.from_dict(response.json())

        return response_401

    if response.status_code == 403:
        response_403 = ErrorAnswer.from_dict(response.json())

        return response_403

    if response.status_code == 429:
        response_429 = ErrorAnswer.from_dict(response.json())

        return response_429

    if response.status_code == 500:
        response_500 = ErrorAnswer.from_dict(response.json())

        return response_500

    if response.status_code == 503:
        response_503 = ErrorAnswer.from_dict(response.json())

        return response_503

    if client.raise_on_unexpected_status:
        raise errors.UnexpectedStatus(response.status_code, response.content)
    else:
        return None


def _build_response(
    *, client: AuthenticatedClient | Client, response: httpx.Response
) -> Response[ErrorAnswer | ProductList]:
    return Response(
        status_code=HTTPStatus(response.status_code),
        content=response.content,
        headers=response.headers,
        parsed=_parse_response(client=client, response=response),
    )


def sync_detailed(
    *,
    client: AuthenticatedClient | Client,
    external_id: str | Unset = UNSET,
    type_: str | Unset = UNSET,
    maxpagesize: int | Unset = UNSET,
    continuation_token: str | Unset = UNSET,
    version: str = "2022-07-01",
) -> Response[ErrorAnswer | ProductList]:
    """Find products

     The products of the account, or the one with an external id [product-ingestion-api]: the offer id of
    Partner Center, and of the Cloud Partner Portal. The publisher is not named; the token's account
    implies it. One that is not there leaves the list empty (*inferred*).

    Args:
        external_id (str | Unset): The id that the publisher gave the product [resource-schemas].
        type_ (str | Unset):
        maxpagesize (int | Unset):
        continuation_token (str | Unset):
        version (str):  Default: '2022-07-01'.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[ErrorAnswer | ProductList]
    """

    kwargs = _get_kwargs(
        external_id=external_id,
        type_=type_,
        maxpagesize=maxpagesize,
        continuation_token=continuation_token,
        version=version,
    )

    response = client.get_httpx_client().request(
        **kwargs,
    )

    return _build_response(client=client, response=response)


def sync(
    *,
    client: AuthenticatedClient | Client,
    external_id: str | Unset = UNSET,
    type_: str | Unset = UNSET,
    maxpagesize: int | Unset = UNSET,
    continuation_token: str | Unset = UNSET,
    version: str = "2022-07-01",
) -> ErrorAnswer | ProductList | None:
    """Find products

     The products of the account, or the one with an external id [product-ingestion-api]: the offer id of
    Partner Center, and of the Cloud Partner Portal. The publisher is not named; the token's account
    implies it. One that is not there leaves the list empty (*inferred*).

    Args:
        external_id (str | Unset): The id that the publisher gave the product [resource-schemas].
        type_ (str | Unset):
        maxpagesize (int | Unset):
        continuation_token (str | Unset):
        version (str):  Default: '2022-07-01'.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        ErrorAnswer | ProductList
    """

    return sync_detailed(
        client=client,
        external_id=external_id,
        type_=type_,
        maxpagesize=maxpagesize,
        continuation_token=continuation_token,
        version=version,
    ).parsed


async def asyncio_detailed(
    *,
    client: AuthenticatedClient | Client,
    external_id: str | Unset = UNSET,
    type_: str | Unset = UNSET,
    maxpagesize: int | Unset = UNSET,
    continuation_token: str | Unset = UNSET,
    version: str = "2022-07-01",
) -> Response[ErrorAnswer | ProductList]:
    """Find products

     The products of the account, or the one with an external id [product-ingestion-api]: the offer id of
    Partner Center, and of the Cloud Partner Portal. The publisher is not named; the token's account
    implies it. One that is not there leaves the list empty (*inferred*).

    Args:
        external_id (str | Unset): The id that the publisher gave the product [resource-schemas].
        type_ (str | Unset):
        maxpagesize (int | Unset):
        continuation_token (str | Unset):
        version (str):  Default: '2022-07-01'.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[ErrorAnswer | ProductList]
    """

    kwargs = _get_kwargs(
        external_id=external_id,
        type_=type_,
        maxpagesize=maxpagesize,
        continuation_token=continuation_token,
        version=version,
    )

    response = await client.get_async_httpx_client().request(**kwargs)

    return _build_response(client=client, response=response)


async def asyncio(
    *,
    client: AuthenticatedClient | Client,
    external_id: str | Unset = UNSET,
    type_: str | Unset = UNSET,
    maxpagesize: int | Unset = UNSET,
    continuation_token: str | Unset = UNSET,
    version: str = "2022-07-01",
) -> ErrorAnswer | ProductList | None:
    """Find products

     The products of the account, or the one with an external id [product-ingestion-api]: the offer id of
    Partner Center, and of the Cloud Partner Portal. The publisher is not named; the token's account
    implies it. One that is not there leaves the list empty (*inferred*).

    Args:
        external_id (str | Unset): The id that the publisher gave the product [resource-schemas].
        type_ (str | Unset):
        maxpagesize (int | Unset):
        continuation_token (str | Unset):
        version (str):  Default: '2022-07-01'.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        ErrorAnswer | ProductList
    """

    return (
        await asyncio_detailed(
            client=client,
            external_id=external_id,
            type_=type_,
            maxpagesize=maxpagesize,
            continuation_token=continuation_token,
            version=version,
        )
    ).parsed
