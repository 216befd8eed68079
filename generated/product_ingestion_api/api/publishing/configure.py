from http import HTTPStatus
from typing import Any

import httpx

from ... import errors
from ...client import AuthenticatedClient, Client
from ...models.configure import Configure
from ...models.error_answer import ErrorAnswer
from ...models.job_status import JobStatus
from ...types import UNSET, Response


def _get_kwargs(
    *,
    body: Configure,
    version: str = "2022-07-01",
) -> dict[str, Any]:
    headers: dict[str, Any] = {}

    params: dict[str, Any] = {}

    params["$version"] = version

    params = {k: v for k, v in params.items() if v is not UNSET and v is not None}

    _kwargs: dict[str, Any] = {
        "method": "post",
        "url": "/configure",
        "params": params,
    }

    _kwargs["json"] = body.to_dict()

    headers["Content-Type"] = "application/json"

    _kwargs["headers"] = headers
    return _kwargs


def _parse_response(
    *, client: AuthenticatedClient | Client, response: httpx.Response
) -> ErrorAnswer | JobStatus | None:
    if response.status_code == 202:
        response_202 = JobStatus.from_dict(response.json())

        return response_202

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

    if response.status_code == 409:
        response_409 = ErrorAnswer.from_dict(response.json())

        return response_409

    if response.status_code == 423:
        response_423 = ErrorAnswer.from_dict(response.json())

        return response_423

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
    *,
    client: AuthenticatedClient | Client,
    body: Configure,
    version: str = "2022-07-01",
) -> Response[ErrorAnswer | JobStatus]:
    """Publish a product to its preview, or take it live

     Starts a job [product-ingestion-api]: with a submission to `preview`, the publish of everything the
    draft holds; with a submission to `live`, the go-live of the preview that it names by its id. The
    call does much else; of that, no body of this contract can be taken for it.

    The call is **not idempotent and has no idempotency key**, and no page says what a second one
    does. After a lost answer, look into `listSubmissions` instead of sending it again: a go-live
    whose submission is in progress or ended there is under way, or through.

    Be patient: a client was *observed* to raise its timeout from five to fifteen to twenty seconds.

    Args:
        version (str):  Default: '2022-07-01'.
        body (Configure): What to do: a list of resources [generated-models], of which this
            contract has one, a submission.
            It is closed.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[ErrorAnswer | JobStatus]
    """

    kwargs = _get_kwargs(
        body=body,
        version=version,
    )

    response = client.get_httpx_client().request(
        **kwargs,
    )

    return _build_response(client=client, response=response)


def sync(
    *,
    client: AuthenticatedClient | Client,
    body: Configure,
    version: str = "2022-07-01",
) -> ErrorAnswer | JobStatus | None:
    """Publish a product to its preview, or take it live

     Starts a job [product-ingestion-api]: with a submission to `preview`, the publish of everything the
    draft holds; with a submission to `live`, the go-live of the preview that it names by its id. The
    call does much else; of that, no body of this contract can be taken for it.

    The call is **not idempotent and has no idempotency key**, and no page says what a second one
    does. After a lost answer, look into `listSubmissions` instead of sending it again: a go-live
    whose submission is in progress or ended there is under way, or through.

    Be patient: a client was *observed* to raise its timeout from five to fifteen to twenty seconds.

    Args:
        version (str):  Default: '2022-07-01'.
        body (Configure): What to do: a list of resources [generated-models], of which this
            contract has one, a submission.
            It is closed.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        ErrorAnswer | JobStatus
    """

    return sync_detailed(
        client=client,
        body=body,
        version=version,
    ).parsed


async def asyncio_detailed(
    *,
    client: AuthenticatedClient | Client,
    body: Configure,
    version: str = "2022-07-01",
) -> Response[ErrorAnswer | JobStatus]:
    """Publish a product to its preview, or take it live

     Starts a job [product-ingestion-api]: with a submission to `preview`, the publish of everything the
    draft holds; with a submission to `live`, the go-live of the preview that it names by its id. The
    call does much else; of that, no body of this contract can be taken for it.

    The call is **not idempotent and has no idempotency key**, and no page says what a second one
    does. After a lost answer, look into `listSubmissions` instead of sending it again: a go-live
    whose submission is in progress or ended there is under way, or through.

    Be patient: a client was *observed* to raise its timeout from five to fifteen to twenty seconds.

    Args:
        version (str):  Default: '2022-07-01'.
        body (Configure): What to do: a list of resources [generated-models], of which this
            contract has one, a submission.
            It is closed.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[ErrorAnswer | JobStatus]
    """

    kwargs = _get_kwargs(
        body=body,
        version=version,
    )

    response = await client.get_async_httpx_client().request(**kwargs)

    return _build_response(client=client, response=response)


async def asyncio(
    *,
    client: AuthenticatedClient | Client,
    body: Configure,
    version: str = "2022-07-01",
) -> ErrorAnswer | JobStatus | None:
    """Publish a product to its preview, or take it live

     Starts a job [product-ingestion-api]: with a submission to `preview`, the publish of everything the
    draft holds; with a submission to `live`, the go-live of the preview that it names by its id. The
    call does much else; of that, no body of this contract can be taken for it.

    The call is **not idempotent and has no idempotency key**, and no page says what a second one
    does. After a lost answer, look into `listSubmissions` instead of sending it again: a go-live
    whose submission is in progress or ended there is under way, or through.

    Be patient: a client was *observed* to raise its timeout from five to fifteen to twenty seconds.

    Args:
        version (str):  Default: '2022-07-01'.
        body (Configure): What to do: a list of resources [generated-models], of which this
            contract has one, a submission.
            It is closed.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        ErrorAnswer | JobStatus
    """

    return (
        await asyncio_detailed(
            client=client,
            body=body,
            version=version,
        )
    ).parsed
