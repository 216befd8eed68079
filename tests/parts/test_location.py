"""Where an operation lives: two forms, one origin, nothing else."""

from __future__ import annotations

import re
from functools import cache
from typing import Any

import httpx
import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from conftest import CONTRACT
from golive import InvalidInput, LocationForm, OperationKind, OperationRef, Origin
from golive.origin import MAX_LENGTH
from golive.portal.location import (
    parse_location,
    parse_token,
    read_location,
)
from golive.refs import check_identifier

HERE = Origin("https", "cloudpartner.azure.com", 443)
OFFER = ("contoso", "contoso-offer")
GUID = "56615b67-2185-49fe-80d2-c4ddf77bb2e8"
MIGRATED = f"/api/publishers/contoso/offers/contoso-offer/operations/{GUID}"
NON_MIGRATED = "/api/operations/contoso$contoso-offer$2$preview"
VERSION = "?api-version=2017-10-31"

SEGMENTS = st.from_regex(r"[A-Za-z0-9_-][A-Za-z0-9._-]{0,20}", fullmatch=True)
REFS = st.one_of(
    st.builds(
        OperationRef,
        st.just(HERE),
        SEGMENTS,
        SEGMENTS,
        st.uuids().map(str),
        st.just(LocationForm.MIGRATED),
    ),
    st.builds(
        lambda publisher, offer, number, slot: OperationRef(
            HERE, publisher, offer, f"{publisher}${offer}${number}${slot}", LocationForm.NON_MIGRATED
        ),
        SEGMENTS,
        SEGMENTS,
        st.integers(0, 10**18),
        st.sampled_from(["preview", "production", "staging"]),
    ),
)


@pytest.mark.parametrize("path", [MIGRATED, NON_MIGRATED])
@pytest.mark.parametrize("query", ["", VERSION])
@pytest.mark.parametrize(
    "prefix",
    [
        "",
        "https://cloudpartner.azure.com",
        "https://cloudpartner.azure.com:443",
        "HTTPS://CloudPartner.Azure.com",
    ],
)
@pytest.mark.parametrize("header", ["Location", "location", "Operation-Location"])
def test_both_headers_in_both_forms_relative_and_absolute(
    path: str, query: str, prefix: str, header: str
) -> None:
    ref = read_location(httpx.Headers({header: prefix + path + query}), HERE, *OFFER)
    assert ref.publisher_id == "contoso"
    assert ref.offer_id == "contoso-offer"
    assert ref.path == path
    assert ref.url == f"https://cloudpartner.azure.com{path}{VERSION}"
    assert ref.form is (LocationForm.MIGRATED if path == MIGRATED else LocationForm.NON_MIGRATED)


@pytest.mark.parametrize("path", [MIGRATED, NON_MIGRATED])
def test_a_slash_at_the_end_is_no_other_address(path: str) -> None:
    assert parse_location(f"{path}/{VERSION}", HERE).path == path


@pytest.mark.parametrize(
    ("value", "complaint"),
    [
        (MIGRATED.replace("contoso-offer", "another"), "an operation of contoso/another, not of"),
        (MIGRATED.replace("publishers/contoso", "publishers/fabrikam"), "of fabrikam/contoso-offer"),
        (NON_MIGRATED.replace("contoso-offer", "another"), "an operation of contoso/another"),
        (NON_MIGRATED.replace("operations/contoso", "operations/fabrikam"), "of fabrikam/"),
        (MIGRATED.replace("contoso-offer", GUID), "an operation of contoso/"),
    ],
)
def test_the_operation_of_another_offer_is_refused(value: str, complaint: str) -> None:
    with pytest.raises(ValueError, match=complaint):
        read_location({"Location": value}, HERE, *OFFER)


def test_an_id_may_be_spelled_in_another_case() -> None:
    ref = read_location({"Location": MIGRATED.replace("contoso-offer", "Contoso-Offer")}, HERE, *OFFER)
    assert ref.path == MIGRATED


def test_a_joined_name_may_hold_the_offers_guid() -> None:
    path = NON_MIGRATED.replace("contoso-offer", GUID)
    ref = read_location({"Location": path}, HERE, *OFFER)
    assert (ref.path, ref.offer_id) == (path, "contoso-offer")


def test_both_problems_are_told() -> None:
    headers = {"Location": "mailto:x", "Operation-Location": "https://evil.example/"}
    with pytest.raises(ValueError, match=r"Location 'mailto:x'.* and its Operation-Location 'https://e"):
        read_location(headers, HERE, *OFFER)


def test_the_dollar_may_be_encoded() -> None:
    ref = parse_location("/api/operations/contoso%24contoso-offer%242%24preview", HERE)
    assert ref.operation_id == "contoso$contoso-offer$2$preview"


def test_location_counts_before_the_older_header() -> None:
    headers = httpx.Headers({"Operation-Location": NON_MIGRATED, "Location": MIGRATED})
    assert read_location(headers, HERE, *OFFER).form is LocationForm.MIGRATED


def test_no_header_at_all() -> None:
    with pytest.raises(ValueError, match="neither a Location nor an Operation-Location"):
        read_location(httpx.Headers(), HERE, *OFFER)


HOSTILE = {
    "foreign host": f"https://evil.example{MIGRATED}",
    "foreign host that begins like ours": f"https://cloudpartner.azure.com.evil.example{MIGRATED}",
    "host glued on": f".evil.example{MIGRATED}",
    "other scheme": f"http://cloudpartner.azure.com{MIGRATED}",
    "odd scheme": f"ftp://cloudpartner.azure.com{MIGRATED}",
    "script": "javascript:alert(1)",
    "scheme without host": f"https:{MIGRATED}",
    "other port": f"https://cloudpartner.azure.com:8443{MIGRATED}",
    "port zero": f"https://cloudpartner.azure.com:0{MIGRATED}",
    "port that is none": f"https://cloudpartner.azure.com:x{MIGRATED}",
    "port too large": f"https://cloudpartner.azure.com:99999{MIGRATED}",
    "user": f"https://user@cloudpartner.azure.com{MIGRATED}",
    "user and password": f"https://user:password@cloudpartner.azure.com{MIGRATED}",
    "our host as the user": f"https://cloudpartner.azure.com@evil.example{MIGRATED}",
    "our host as user and password": f"https://cloudpartner.azure.com:443@evil.example{MIGRATED}",
    "no scheme": f"//evil.example{MIGRATED}",
    "no scheme, our host": f"//cloudpartner.azure.com{MIGRATED}",
    "three slashes": f"///evil.example{MIGRATED}",
    "four slashes": f"////evil.example{MIGRATED}",
    "backslashes for the host": f"\\\\evil.example{MIGRATED}",
    "slash and backslash": f"/\\evil.example{MIGRATED}",
    "backslash in a segment": f"/api/publishers/a\\b/offers/c/operations/{GUID}",
    "encoded backslash": f"/api/publishers/a%5Cb/offers/c/operations/{GUID}",
    "dots up": f"/api/publishers/contoso/../contoso/offers/c/operations/{GUID}",
    "a dot": f"/api/./publishers/contoso/offers/c/operations/{GUID}",
    "dots for an id": f"/api/publishers/../offers/c/operations/{GUID}",
    "encoded dots": f"/api/publishers/%2e%2E/offers/c/operations/{GUID}",
    "twice encoded dots": f"/api/publishers/%252e%252e/offers/c/operations/{GUID}",
    "id that begins with a dot": f"/api/publishers/.hidden/offers/c/operations/{GUID}",
    "encoded slash": f"/api/publishers/a%2Fb/offers/c/operations/{GUID}",
    "twice encoded slash": f"/api/publishers/a%252Fb/offers/c/operations/{GUID}",
    "empty segment": f"/api/publishers//offers/c/operations/{GUID}",
    "two slashes at the end": f"{MIGRATED}//",
    "parameter in a segment": f"/api/publishers/contoso;x=1/offers/c/operations/{GUID}",
    "line feed": f"{MIGRATED}\n",
    "carriage return and header": f"{MIGRATED}\r\nSet-Cookie: a=b",
    "tab in the scheme": f"ht\ttps://evil.example{MIGRATED}",
    "null": f"{MIGRATED}\x00",
    "delete": f"{MIGRATED}\x7f",
    "encoded line feed": f"/api/publishers/a%0Ab/offers/c/operations/{GUID}",
    "encoded null": f"/api/publishers/a%00/offers/c/operations/{GUID}",
    "space before": f" {MIGRATED}",
    "space inside": f"/api/publishers/a b/offers/c/operations/{GUID}",
    "encoded space": f"/api/publishers/a%20b/offers/c/operations/{GUID}",
    "empty": "",
    "blank": "   ",
    "8 kB long": "/api/publishers/" + "a" * 8192 + f"/offers/c/operations/{GUID}",
    "8 kB of query": f"{MIGRATED}?api-version=2017-10-31&x=" + "a" * 8192,
    "id too long": f"/api/publishers/{'a' * 129}/offers/c/operations/{GUID}",
    "not ASCII": f"/api/publishers/cont\N{CYRILLIC SMALL LETTER O}so/offers/c/operations/{GUID}",
    "encoded, not ASCII": f"/api/publishers/cont%D0%BEso/offers/c/operations/{GUID}",
    "encoded, not UTF-8": f"/api/publishers/%FF/offers/c/operations/{GUID}",
    "full-width slash": "/api/operations\N{FULLWIDTH SOLIDUS}a$b$2$preview",
    "digit that is not ASCII": "/api/operations/a$b$\N{ARABIC-INDIC DIGIT TWO}$preview",
    "neither form": "/api/publishers/contoso/offers/contoso-offer",
    "the submissions": "/api/publishers/contoso/offers/contoso-offer/submissions/",
    "other case of a fixed segment": MIGRATED.replace("/api/", "/API/"),
    "a prefix before": f"/v2{MIGRATED}",
    "no slash at the start": MIGRATED[1:],
    "query alone": VERSION,
    "fragment alone": "#operation",
    "too few parts": "/api/operations/contoso$contoso-offer$2",
    "too many parts": "/api/operations/contoso$contoso-offer$2$preview$x",
    "an empty part": "/api/operations/contoso$$2$preview",
    "number that is none": "/api/operations/contoso$contoso-offer$two$preview",
    "bare GUID": f"/api/operations/{GUID}",
    "broken IPv6": f"https://[::1{MIGRATED}",
}


@pytest.mark.parametrize("value", HOSTILE.values(), ids=HOSTILE)
def test_hostile_locations_are_refused_and_shown(value: str) -> None:
    with pytest.raises(ValueError, match=r"^it |^its |IPv6|[Pp]ort"):
        parse_location(value, HERE)
    for header in ("Location", "Operation-Location"):
        with pytest.raises(ValueError, match="not acceptable") as caught:
            read_location({header: value}, HERE, *OFFER)
        message = str(caught.value)
        assert message.isprintable()
        assert repr(value)[:100] in message
        assert len(message) < 600


@pytest.mark.parametrize("value", HOSTILE.values(), ids=HOSTILE)
def test_hostile_tokens_are_refused(value: str) -> None:
    # People paste with spaces around; those alone are forgiven.
    if value.strip() == MIGRATED:
        assert parse_token(value, HERE)[0].path == MIGRATED
        return
    with pytest.raises(InvalidInput, match="token"):
        parse_token(value, HERE)


@given(st.text(max_size=200))
def test_arbitrary_text_is_refused_or_leads_to_the_endpoint(text: str) -> None:
    try:
        ref = parse_location(text, HERE)
    except ValueError:
        return
    assert ref.url.startswith("https://cloudpartner.azure.com/api/")


@given(
    REFS,
    st.sampled_from(
        [
            "https://cloudpartner.azure.com",
            "https://evil.example",
            "//x",
            "http://cloudpartner.azure.com",
        ]
    ),
    st.text(alphabet="/.\\%2eF@:?#$a", max_size=6),
    st.integers(0, 100),
)
def test_a_mangled_address_never_leaves_the_endpoint(
    ref: OperationRef, prefix: str, noise: str, place: int
) -> None:
    address = prefix + ref.path
    address = address[:place] + noise + address[place:]
    try:
        found = parse_location(address, HERE)
    except ValueError:
        return
    assert found.origin == HERE
    assert httpx.URL(found.url).host == "cloudpartner.azure.com"
    assert httpx.URL(found.url).path == found.path


@given(REFS, st.sampled_from(OperationKind))
def test_tokens_survive_the_round_trip(ref: OperationRef, kind: OperationKind) -> None:
    token = ref.token(kind)
    assert parse_token(token, HERE) == (ref, kind)
    assert token.startswith("https://cloudpartner.azure.com/api/")
    assert parse_location(token.partition("#")[0], HERE) == ref


def test_the_token_of_a_go_live_is_the_address_itself() -> None:
    ref = parse_location(MIGRATED, HERE)
    assert ref.token(OperationKind.GO_LIVE) == f"https://cloudpartner.azure.com{MIGRATED}{VERSION}"
    assert ref.token(OperationKind.PUBLISH).endswith("2017-10-31#publish")


def test_a_token_may_be_a_bare_path() -> None:
    assert parse_token(NON_MIGRATED, HERE)[0].operation_id == "contoso$contoso-offer$2$preview"


def test_a_token_with_an_unknown_purpose_is_refused() -> None:
    with pytest.raises(InvalidInput, match="'delete'"):
        parse_token(f"{MIGRATED}#delete", HERE)


SHELL = ". If a shell took the $… away, put the token in single quotes."


@pytest.mark.parametrize(
    ("token", "hint"),
    [
        ("/api/operations/contoso-offer", SHELL),
        (f"/api/operations/contoso-offer{VERSION}", SHELL),
        ("/api/operations/contoso$contoso-offer", "…$…$…$…."),
        ("/api/offers/contoso", "…$…$…$…."),
    ],
)
def test_a_token_that_a_shell_emptied_is_recognized(token: str, hint: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        parse_token(token, HERE)
    assert str(caught.value).startswith(f"The token {token!r} is not valid: ")
    assert str(caught.value).endswith(hint)


@pytest.mark.parametrize(
    ("length", "shown"), [(198, "x" * 198 + "' is"), (199, "x" * 199 + "… (201 characters) is")]
)
def test_a_long_token_is_cut_in_the_message(length: int, shown: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        parse_token("x" * length, HERE)
    assert str(caught.value).startswith(f"The token '{shown}")


@pytest.mark.parametrize("value", [None, 7, b"x", ["x"]])
def test_a_token_of_another_type_is_refused(value: Any) -> None:
    with pytest.raises(InvalidInput, match=f"is a str, not {type(value).__name__}"):
        parse_token(value, HERE)


@pytest.mark.parametrize(
    "value", ["", ".", "..", "a/b", "a b", "a$b", "a%2Fb", "ä", "a\n", "a" * 129, None, 7]
)
def test_malformed_identifiers(value: Any) -> None:
    with pytest.raises(InvalidInput) as caught:
        check_identifier(value, "publisher id")
    assert str(caught.value) == (
        f"The publisher id {value!r} is malformed: expected 1 to 128 letters, digits, '-', '_' or '.',"
        " not beginning with a dot."
    )


@pytest.mark.parametrize("value", ["contoso", "Contoso-2", "_x", "a.b", "a" * 128])
def test_good_identifiers(value: str) -> None:
    assert check_identifier(value, "publisher id") == value


@pytest.mark.parametrize(
    ("endpoint", "shown"),
    [
        ("https://cloudpartner.azure.com", "https://cloudpartner.azure.com"),
        ("https://CLOUDPARTNER.azure.com:443/", "https://cloudpartner.azure.com"),
        ("http://127.0.0.1:8080", "http://127.0.0.1:8080"),
        ("http://localhost", "http://localhost"),
        ("http://[::1]:80", "http://[::1]"),
    ],
)
def test_endpoints(endpoint: str, shown: str) -> None:
    assert str(Origin.parse(endpoint)) == shown


NO_ADDRESS = "Invalid endpoint {{!r}}: {}. Expected something like https://cloudpartner.azure.com."
PATH = "The endpoint {!r} must have no path or query: give https://cloudpartner.azure.com."
UNENCRYPTED = (
    "The endpoint {!r} would send the token unencrypted. Use https, or allow http explicitly"
    " (allow_http=True, --allow-http)."
)


@pytest.mark.parametrize(
    ("endpoint", "complaint"),
    [
        ("", NO_ADDRESS.format("it is empty")),
        ("cloudpartner.azure.com", NO_ADDRESS.format("it is not an http or https address")),
        ("ftp://cloudpartner.azure.com", NO_ADDRESS.format("it is not an http or https address")),
        ("https://", NO_ADDRESS.format("it is not an http or https address")),
        ("https://a b", NO_ADDRESS.format("it contains the character ' '")),
        ("https://a\\b", NO_ADDRESS.format(r"it contains the character '\\'")),
        ("https://cloudpartner.azure.com/api", PATH),
        ("https://cloudpartner.azure.com?x=1", PATH),
        ("http://cloudpartner.azure.com", UNENCRYPTED),
        ("http://emulator:8080", UNENCRYPTED),
    ],
)
def test_bad_endpoints(endpoint: str, complaint: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        Origin.parse(endpoint)
    assert str(caught.value) == complaint.format(endpoint)


def test_an_endpoint_with_an_odd_port() -> None:
    with pytest.raises(InvalidInput, match=r"^Invalid endpoint .*: Port could not be cast"):
        Origin.parse("https://cloudpartner.azure.com:x")


def test_the_longest_address() -> None:
    endpoint = "https://" + "a" * (MAX_LENGTH - 8)
    assert str(Origin.parse(endpoint)) == endpoint
    with pytest.raises(InvalidInput, match=f"longer than {MAX_LENGTH} characters"):
        Origin.parse(endpoint + "a")


def test_plain_http_elsewhere_must_be_allowed_in_so_many_words() -> None:
    assert str(Origin.parse("http://emulator:8080", allow_http=True)) == "http://emulator:8080"


def test_a_password_in_the_endpoint_is_not_shown() -> None:
    with pytest.raises(InvalidInput) as caught:
        Origin.parse("https://me:hunter2@cloudpartner.azure.com")
    assert str(caught.value) == "The endpoint must not contain a user or password."


@cache
def contract_pattern(name: str) -> str:
    contract = yaml.safe_load(CONTRACT.read_text("utf-8"))
    return str(contract["components"]["headers"][name]["schema"]["pattern"])


@given(REFS)
def test_what_the_contract_allows_is_understood(ref: OperationRef) -> None:
    relative, absolute = f"{ref.path}{VERSION}", str(ref.url).partition("?")[0]
    assert re.search(contract_pattern("Location"), relative)
    assert re.search(contract_pattern("OperationLocation"), absolute)
    assert parse_location(relative, HERE) == parse_location(absolute, HERE) == ref


@pytest.mark.parametrize("value", HOSTILE.values(), ids=HOSTILE)
def test_the_contract_refuses_the_same(value: str) -> None:
    # ECMA-262's `$` is the very end; Python's also matches before a line feed.
    pattern = contract_pattern("Location").removesuffix("$") + r"\Z"
    assert not re.search(pattern, value)
    assert not re.search(pattern, value + VERSION)
