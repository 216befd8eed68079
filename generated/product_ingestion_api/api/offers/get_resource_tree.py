from http import HTTPStatus
from typing import Any
from urllib.parse import quote

import httpx

from ... import errors
from ...client import AuthenticatedClient, Client
from ...models.error_answer import ErrorAnswer
from ...models.get_resource_tree_target_type import (
    GetResourceTreeTargetType,
)
from ...models.resource_tree import ResourceTree
from ...types import UNSET, Response, Unset


def _get_kwargs(
    product_id: str,
    *,
    target_type: GetResourceTreeTargetType | Unset = UNSET,
    version: str = "2022-07-01",
) -> dict[str, Any]:

    params: dict[str, Any] = {}

    json_target_type: str | Unset = UNSET
    if not isinstance(target_type, Unset):
        json_target_type = target_type

    params["targetType"] = json_target_type

    params["$version"] = version

    params = {k: v for k, v in params.items() if v is not UNSET and v is not None}

    _kwargs: dict[str, Any] = {
        "method": "get",
        "url": "/resource-tree/product/{product_id}".format(
            product_id=quote(str(product_id), safe=""),
        ),
        "params": params,
    }

    return _kwargs


def _parse_response(
    *, client: AuthenticatedClient | Client, response: httpx.Response
) -> ErrorAnswer | ResourceTree | None:
    if response.status_code == 200:
        response_200 = ResourceTree.from_dict(response.json())

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

    if response.status_code == 404:
        response_404 = ErrorAnswer.from_dict(response.json())

        return response_404

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
) -> Response[ErrorAnswer | ResourceTree]:
    return Response(
        status_code=HTTPStatus(response.status_code),
        content=response.content,
        headers=response.headers,
        parsed=_parse_response(client=client, response=response),
    )


def sync_detailed(
    product_id: str,
    *,
    client: AuthenticatedClient | Client,
    target_type: GetResourceTreeTargetType | Unset = UNSET,
    version: str = "2022-07-01",
) -> Response[ErrorAnswer | ResourceTree]:
    """Read all of a product, as a target holds it

     Everything the product consists of, in its draft, in preview or live [product-ingestion-api]; the
    submission of that target is part of it. Before a go-live, this shows whether the preview holds
    what is meant.

    Two answers about the same differ: the order of the resources changes, and links to files are
    signed anew (*observed*).

    Args:
        product_id (str): The GUID of a product [product-ingestion-api].
        target_type (GetResourceTreeTargetType | Unset):
        version (str):  Default: '2022-07-01'.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[ErrorAnswer | ResourceTree]
    """

    kwargs = _get_kwargs(
        product_id=product_id,
        target_type=target_type,
        version=version,
    )

    response = client.get_httpx_client().request(
        **kwargs,
    )

    return _build_response(client=client, response=response)


def sync(
    product_id: str,
    *,
    client: AuthenticatedClient | Client,
    target_type: GetResourceTreeTargetType | Unset = UNSET,
    version: str = "2022-07-01",
) -> ErrorAnswer | ResourceTree | None:
    """Read all of a product, as a target holds it

     Everything the product consists of, in its draft, in preview or live [product-ingestion-api]; the
    submission of that target is part of it. Before a go-live, this shows whether the preview holds
    what is meant.

    Two answers about the same differ: the order of the resources changes, and links to files are
    signed anew (*observed*).

    Args:
        product_id (str): The GUID of a product [product-ingestion-api].
        target_type (GetResourceTreeTargetType | Unset):
        version (str):  Default: '2022-07-01'.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        ErrorAnswer | ResourceTree
    """

    return sync_detailed(
        product_id=product_id,
        client=client,
        target_type=target_type,
        version=version,
    ).parsed


async def asyncio_detailed(
    product_id: str,
    *,
    client: AuthenticatedClient | Client,
    target_type: GetResourceTreeTargetType | Unset = UNSET,
    version: str = "2022-07-01",
) -> Response[ErrorAnswer | ResourceTree]:
    """Read all of a product, as a target holds it

     Everything the product consists of, in its draft, in preview or live [product-ingestion-api]; the
    submission of that target is part of it. Before a go-live, this shows whether the preview holds
    what is meant.

    Two answers about the same differ: the order of the resources changes, and links to files are
    signed anew (*observed*).

    Args:
        product_id (str): The GUID of a product [product-ingestion-api].
        target_type (GetResourceTreeTargetType | Unset):
        version (str):  Default: '2022-07-01'.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[ErrorAnswer | ResourceTree]
    """

    kwargs = _get_kwargs(
        product_id=product_id,
        target_type=target_type,
        version=version,
    )

    response = await client.get_async_httpx_client().request(**kwargs)

    return _build_response(client=client, response=response)


async def asyncio(
    product_id: str,
    *,
    client: AuthenticatedClient | Client,
    target_type: GetResourceTreeTargetType | Unset = UNSET,
    version: str = "2022-07-01",
) -> ErrorAnswer | ResourceTree | None:
    """Read all of a product, as a target holds it

     Everything the product consists of, in its draft, in preview or live [product-ingestion-api]; the
    submission of that target is part of it. Before a go-live, this shows whether the preview holds
    what is meant.

    Two answers about the same differ: the order of the resources changes, and links to files are
    signed anew (*observed*).

    Args:
        product_id (str): The GUID of a product [product-ingestion-api].
        target_type (GetResourceTreeTargetType | Unset):
        version (str):  Default: '2022-07-01'.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        ErrorAnswer | ResourceTree
    """

    return (
        await asyncio_detailed(
            product_id=product_id,
            client=client,
            target_type=target_type,
            version=version,
        )
    ).parsed
