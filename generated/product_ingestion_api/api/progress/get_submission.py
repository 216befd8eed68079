from http import HTTPStatus
from typing import Any
from urllib.parse import quote

import httpx

from ... import errors
from ...client import AuthenticatedClient, Client
from ...models.error_answer import ErrorAnswer
from ...models.submission import Submission
from ...types import UNSET, Response


def _get_kwargs(
    product_id: str,
    submission_id: str,
    *,
    version: str = "2022-07-01",
) -> dict[str, Any]:

    params: dict[str, Any] = {}

    params["$version"] = version

    params = {k: v for k, v in params.items() if v is not UNSET and v is not None}

    _kwargs: dict[str, Any] = {
        "method": "get",
        "url": "/submission/{product_id}/{submission_id}".format(
            product_id=quote(str(product_id), safe=""),
            submission_id=quote(str(submission_id), safe=""),
        ),
        "params": params,
    }

    return _kwargs


def _parse_response(
    *, client: AuthenticatedClient | Client, response: httpx.Response
) -> ErrorAnswer | Submission | None:
    if response.status_code == 200:
        response_200 = Submission.from_dict(response.json())

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
) -> Response[ErrorAnswer | Submission]:
    return Response(
        status_code=HTTPStatus(response.status_code),
        content=response.content,
        headers=response.headers,
        parsed=_parse_response(client=client, response=response),
    )


def sync_detailed(
    product_id: str,
    submission_id: str,
    *,
    client: AuthenticatedClient | Client,
    version: str = "2022-07-01",
) -> Response[ErrorAnswer | Submission]:
    """Read a submission

     One submission, by its durable id. The page has the call for resources in general
    [product-ingestion-api]; that it serves submissions is *observed* in a client.

    Args:
        product_id (str): The GUID of a product [product-ingestion-api].
        submission_id (str):
        version (str):  Default: '2022-07-01'.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[ErrorAnswer | Submission]
    """

    kwargs = _get_kwargs(
        product_id=product_id,
        submission_id=submission_id,
        version=version,
    )

    response = client.get_httpx_client().request(
        **kwargs,
    )

    return _build_response(client=client, response=response)


def sync(
    product_id: str,
    submission_id: str,
    *,
    client: AuthenticatedClient | Client,
    version: str = "2022-07-01",
) -> ErrorAnswer | Submission | None:
    """Read a submission

     One submission, by its durable id. The page has the call for resources in general
    [product-ingestion-api]; that it serves submissions is *observed* in a client.

    Args:
        product_id (str): The GUID of a product [product-ingestion-api].
        submission_id (str):
        version (str):  Default: '2022-07-01'.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        ErrorAnswer | Submission
    """

    return sync_detailed(
        product_id=product_id,
        submission_id=submission_id,
        client=client,
        version=version,
    ).parsed


async def asyncio_detailed(
    product_id: str,
    submission_id: str,
    *,
    client: AuthenticatedClient | Client,
    version: str = "2022-07-01",
) -> Response[ErrorAnswer | Submission]:
    """Read a submission

     One submission, by its durable id. The page has the call for resources in general
    [product-ingestion-api]; that it serves submissions is *observed* in a client.

    Args:
        product_id (str): The GUID of a product [product-ingestion-api].
        submission_id (str):
        version (str):  Default: '2022-07-01'.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[ErrorAnswer | Submission]
    """

    kwargs = _get_kwargs(
        product_id=product_id,
        submission_id=submission_id,
        version=version,
    )

    response = await client.get_async_httpx_client().request(**kwargs)

    return _build_response(client=client, response=response)


async def asyncio(
    product_id: str,
    submission_id: str,
    *,
    client: AuthenticatedClient | Client,
    version: str = "2022-07-01",
) -> ErrorAnswer | Submission | None:
    """Read a submission

     One submission, by its durable id. The page has the call for resources in general
    [product-ingestion-api]; that it serves submissions is *observed* in a client.

    Args:
        product_id (str): The GUID of a product [product-ingestion-api].
        submission_id (str):
        version (str):  Default: '2022-07-01'.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        ErrorAnswer | Submission
    """

    return (
        await asyncio_detailed(
            product_id=product_id,
            submission_id=submission_id,
            client=client,
            version=version,
        )
    ).parsed
