from http import HTTPStatus
from typing import Any, Literal, cast
from urllib.parse import quote

import httpx

from ... import errors
from ...client import AuthenticatedClient, Client
from ...models.error_body import ErrorBody
from ...models.known_status_word import KnownStatusWord
from ...models.message_body import MessageBody
from ...models.submission import Submission
from ...models.variant_body import VariantBody
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
) -> ErrorBody | MessageBody | str | VariantBody | list[Submission] | None:
    if response.status_code == 200:
        response_200 = []
        _response_200 = response.json()
        for response_200_item_data in _response_200:
            response_200_item = Submission.from_dict(response_200_item_data)

            response_200.append(response_200_item)

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
) -> Response[ErrorBody | MessageBody | str | VariantBody | list[Submission]]:
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
) -> Response[ErrorBody | MessageBody | str | VariantBody | list[Submission]]:
    """List the operations of an offer

     All operations of an offer, newest first (the order is *observed*), or only those in one state
    [retrieve-operations].

    A new operation appears in the list **up to two minutes** after it was accepted (*observed*): that
    it is not there proves nothing before. Newer copies of the reference do not name this call at all;
    where it is answered `404` though the offer exists, its status is what there is to look at.

    The page writes the path with the slash at its end; without one it is the same list (*observed*).

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
            end its wait. The service writes lower camel case (*observed*).
        api_version (Literal['2017-10-31']):  Default: '2017-10-31'.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[ErrorBody | MessageBody | str | VariantBody | list[Submission]]
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
) -> ErrorBody | MessageBody | str | VariantBody | list[Submission] | None:
    """List the operations of an offer

     All operations of an offer, newest first (the order is *observed*), or only those in one state
    [retrieve-operations].

    A new operation appears in the list **up to two minutes** after it was accepted (*observed*): that
    it is not there proves nothing before. Newer copies of the reference do not name this call at all;
    where it is answered `404` though the offer exists, its status is what there is to look at.

    The page writes the path with the slash at its end; without one it is the same list (*observed*).

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
            end its wait. The service writes lower camel case (*observed*).
        api_version (Literal['2017-10-31']):  Default: '2017-10-31'.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        ErrorBody | MessageBody | str | VariantBody | list[Submission]
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
) -> Response[ErrorBody | MessageBody | str | VariantBody | list[Submission]]:
    """List the operations of an offer

     All operations of an offer, newest first (the order is *observed*), or only those in one state
    [retrieve-operations].

    A new operation appears in the list **up to two minutes** after it was accepted (*observed*): that
    it is not there proves nothing before. Newer copies of the reference do not name this call at all;
    where it is answered `404` though the offer exists, its status is what there is to look at.

    The page writes the path with the slash at its end; without one it is the same list (*observed*).

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
            end its wait. The service writes lower camel case (*observed*).
        api_version (Literal['2017-10-31']):  Default: '2017-10-31'.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[ErrorBody | MessageBody | str | VariantBody | list[Submission]]
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
) -> ErrorBody | MessageBody | str | VariantBody | list[Submission] | None:
    """List the operations of an offer

     All operations of an offer, newest first (the order is *observed*), or only those in one state
    [retrieve-operations].

    A new operation appears in the list **up to two minutes** after it was accepted (*observed*): that
    it is not there proves nothing before. Newer copies of the reference do not name this call at all;
    where it is answered `404` though the offer exists, its status is what there is to look at.

    The page writes the path with the slash at its end; without one it is the same list (*observed*).

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
            end its wait. The service writes lower camel case (*observed*).
        api_version (Literal['2017-10-31']):  Default: '2017-10-31'.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        ErrorBody | MessageBody | str | VariantBody | list[Submission]
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
