from http import HTTPStatus
from typing import Any
from urllib.parse import quote

import httpx

from ... import errors
from ...client import AuthenticatedClient, Client
from ...models.error_answer import ErrorAnswer
from ...models.job_status import JobStatus
from ...types import UNSET, Response


def _get_kwargs(
    job_id: str,
    *,
    version: str = "2022-07-01",
) -> dict[str, Any]:

    params: dict[str, Any] = {}

    params["$version"] = version

    params = {k: v for k, v in params.items() if v is not UNSET and v is not None}

    _kwargs: dict[str, Any] = {
        "method": "get",
        "url": "/configure/{job_id}/status".format(
            job_id=quote(str(job_id), safe=""),
        ),
        "params": params,
    }

    return _kwargs


def _parse_response(
    *, client: AuthenticatedClient | Client, response: httpx.Response
) -> ErrorAnswer | JobStatus | None:
    if response.status_code == 200:
        response_200 = JobStatus.from_dict(response.json())

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
) -> Response[ErrorAnswer | JobStatus]:
    return Response(
        status_code=HTTPStatus(response.status_code),
        content=response.content,
        headers=response.headers,
        parsed=_parse_response(client=client, response=response),
    )


def sync_detailed(
    job_id: str,
    *,
    client: AuthenticatedClient | Client,
    version: str = "2022-07-01",
) -> Response[ErrorAnswer | JobStatus]:
    """Read where a job stands

     How far the job got, and how it ended [product-ingestion-api]. Ask **not more often than once a
    minute** for each job [private-offer-pages]. No page says for how long a job is known after its
    end.

    Args:
        job_id (str):
        version (str):  Default: '2022-07-01'.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[ErrorAnswer | JobStatus]
    """

    kwargs = _get_kwargs(
        job_id=job_id,
        version=version,
    )

    response = client.get_httpx_client().request(
        **kwargs,
    )

    return _build_response(client=client, response=response)


def sync(
    job_id: str,
    *,
    client: AuthenticatedClient | Client,
    version: str = "2022-07-01",
) -> ErrorAnswer | JobStatus | None:
    """Read where a job stands

     How far the job got, and how it ended [product-ingestion-api]. Ask **not more often than once a
    minute** for each job [private-offer-pages]. No page says for how long a job is known after its
    end.

    Args:
        job_id (str):
        version (str):  Default: '2022-07-01'.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        ErrorAnswer | JobStatus
    """

    return sync_detailed(
        job_id=job_id,
        client=client,
        version=version,
    ).parsed


async def asyncio_detailed(
    job_id: str,
    *,
    client: AuthenticatedClient | Client,
    version: str = "2022-07-01",
) -> Response[ErrorAnswer | JobStatus]:
    """Read where a job stands

     How far the job got, and how it ended [product-ingestion-api]. Ask **not more often than once a
    minute** for each job [private-offer-pages]. No page says for how long a job is known after its
    end.

    Args:
        job_id (str):
        version (str):  Default: '2022-07-01'.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[ErrorAnswer | JobStatus]
    """

    kwargs = _get_kwargs(
        job_id=job_id,
        version=version,
    )

    response = await client.get_async_httpx_client().request(**kwargs)

    return _build_response(client=client, response=response)


async def asyncio(
    job_id: str,
    *,
    client: AuthenticatedClient | Client,
    version: str = "2022-07-01",
) -> ErrorAnswer | JobStatus | None:
    """Read where a job stands

     How far the job got, and how it ended [product-ingestion-api]. Ask **not more often than once a
    minute** for each job [private-offer-pages]. No page says for how long a job is known after its
    end.

    Args:
        job_id (str):
        version (str):  Default: '2022-07-01'.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        ErrorAnswer | JobStatus
    """

    return (
        await asyncio_detailed(
            job_id=job_id,
            client=client,
            version=version,
        )
    ).parsed
