"""A release file: what it may say, and that all that is wrong with it is told at once."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from golive import InvalidInput
from golive.fleet import Limits, OfferPlan, Release
from golive.fleet.release import schema

FULL = """
name = "autumn"

[defaults]
publisher = "contoso"
approval = true

[limits]
at-once = 20
per-publisher = 5
requests-per-second = 2.5

[credentials]
contoso = "env:CONTOSO_TOKEN"
fabrikam = "azure:FABRIKAM"

[groups.databases]
publish = true
after = ["base"]
not-before = 2026-12-01T20:00:00+01:00

[[offers]]
offer = "base"
approval = false

[[offers]]
offer = "db"
group = "databases"

[[offers]]
publisher = "fabrikam"
offer = "site"
after = ["group:databases", "contoso/base"]
not-before = "2026-12-02T00:00:00Z"
endpoint = "http://127.0.0.1:8080"
"""


def test_a_file_in_full(tmp_path: Path) -> None:
    path = tmp_path / "release.toml"
    path.write_text(FULL, "utf-8-sig")
    assert Release.read(path) == Release(
        "autumn",
        (
            OfferPlan("contoso", "base"),
            OfferPlan(
                "contoso",
                "db",
                publish=True,
                approval=True,
                not_before=datetime(2026, 12, 1, 19, tzinfo=UTC),
                after=("contoso/base",),
                group="databases",
            ),
            OfferPlan(
                "fabrikam",
                "site",
                approval=True,
                not_before=datetime(2026, 12, 2, tzinfo=UTC),
                after=("contoso/db", "contoso/base"),
                endpoint="http://127.0.0.1:8080",
            ),
        ),
        {"contoso": "env:CONTOSO_TOKEN", "fabrikam": "azure:FABRIKAM"},
        Limits(20, 5, 2.5),
    )


def test_the_name_of_the_file_is_the_name_of_the_release(tmp_path: Path) -> None:
    path = tmp_path / "spring.csv"
    path.write_text(
        "publisher,offer,publish,after\ncontoso,base,,\ncontoso,db,yes,base other/x\nother,x,no,\n",
        "utf-8",
    )
    release = Release.read(path)
    assert release.name == "spring"
    assert [each.publish for each in release.offers] == [False, True, False]
    assert release.offers[1].after == ("contoso/base", "other/x")


def test_a_plan_survives_json() -> None:
    plan = OfferPlan("a", "b", True, True, datetime(2026, 1, 1, tzinfo=UTC), ("c/d",), "g", "https://x")
    assert OfferPlan.from_dict(plan.to_dict()) == plan
    assert OfferPlan.from_dict({"publisher_id": "a", "offer_id": "b", "new": 1}) == OfferPlan("a", "b")


BOTH = """
[defaults]
publisher = "contoso"
api = "product-ingestion"

[[offers]]
offer = "contoso-db"
submission = "1152921505690000042"

[[offers]]
offer = "site"
api = "go-live"
after = ["contoso-db"]

[[offers]]
offer = "contoso-app"
publish = true
after = ["contoso-db", "contoso/site"]
"""


def test_a_file_with_offers_of_both_apis(tmp_path: Path) -> None:
    path = tmp_path / "release.toml"
    path.write_text(BOTH)
    new = "product-ingestion"
    assert Release.read(path).offers == (
        OfferPlan("", "contoso-db", api=new, submission="1152921505690000042"),
        OfferPlan("contoso", "site", after=("contoso-db",)),
        OfferPlan("", "contoso-app", publish=True, after=("contoso-db", "contoso/site"), api=new),
    )
    names = [each.name for each in Release.read(path).offers]
    assert names == ["contoso-db", "contoso/site", "contoso-app"]
    table = tmp_path / "release.csv"
    table.write_text("offer,api,submission\ncontoso-db,product-ingestion,1152921505690000042\n")
    assert Release.read(table).offers == Release.read(path).offers[:1]


def test_an_offer_of_the_same_publisher_comes_before_one_of_the_other_api() -> None:
    new: dict[str, Any] = {"api": "product-ingestion", "offer": "db"}
    offers = [OFFER, new, {"publisher": "contoso", "offer": "x", "after": ["db"]}]
    offers.append({**new, "offer": "app", "after": ["db"]})
    plans = Release.from_value({"name": "x", "offers": offers}).offers
    assert [each.after for each in plans[2:]] == [("contoso/db",), ("db",)]


@pytest.mark.parametrize(
    ("name", "text", "problem"),
    [
        (
            "a.toml",
            '[[offers]]\noffer = "x"\n\n[[offers]]\noffer = "db"\napi = "ingestion"\n',
            "line 6, offers[1].api: 'ingestion' is not one of ['go-live', 'product-ingestion']",
        ),
        (
            "a.toml",
            '[defaults]\napi = 1\n[[offers]]\noffer = "x"',
            "line 2, defaults.api: 1 is not one of",
        ),
        ("a.toml", 'offers = [{ offer = "x", api = "y" }]', "line 1, offers[0].api: 'y' is not one of"),
        (
            "a.toml",
            '[[offers]]\noffer = "db"\napi = "product-ingestion"\nsubmission = 1152921505690000042',
            "line 4, offers[0].submission: 1152921505690000042 must be text, in quotes",
        ),
        (
            "a.toml",
            '[[offers]]\noffer = "db"\napi = "product-ingestion"\nsubmission = "0"',
            "line 4, offers[0].submission: '0' is not right; wanted: With product-ingestion",
        ),
        (
            "a.toml",
            '[[offers]]\npublisher = "a"\noffer = "b"\nsubmission = "7"',
            "line 4, offers[0].submission: only an offer of api = 'product-ingestion' has one",
        ),
        (
            "a.toml",
            '[[offers]]\npublisher = "a"\noffer = "b"\napi = "product-ingestion"',
            "line 2, offers[0].publisher: b must not have one: with product-ingestion",
        ),
        (
            "a.toml",
            '[[offers]]\noffer = "b"\npublish = true\napi = "product-ingestion"\nsubmission = "7"',
            "line 5, offers[0].submission: b is to be published, which makes a new one",
        ),
        ("a.toml", '[defaults]\nsubmission = "7"', "line 1, defaults: 'submission' is not known here"),
        ("a.csv", "offer,api\ndb,product-ingestion\n\nx,new\n", "line 4, offers[1].api: 'new' is not"),
        ("a.csv", "offer\nx\n", "line 2, offers[0]: x has no publisher"),
    ],
)
def test_what_is_wrong_is_told_with_its_line(tmp_path: Path, name: str, text: str, problem: str) -> None:
    path = tmp_path / name
    path.write_text(text)
    with pytest.raises(InvalidInput) as caught:
        Release.read(path)
    assert str(caught.value).startswith(f"{path}: ")
    assert problem in str(caught.value)


def test_a_release_of_the_first_api_is_the_one_that_an_earlier_golive_began() -> None:
    release = Release.from_value({"name": "x", "offers": [OFFER]})
    assert release.fingerprint == ("6975f27ffa9f6bd8a514a9ec73b795734f8ac7f52325c2d66288bf0a32098e9a")


OFFER = {"publisher": "contoso", "offer": "db"}


@pytest.mark.parametrize(
    ("value", "problem"),
    [
        ({"offers": []}, "offers: [] "),
        ({}, "'offers' is a required property"),
        ({"offers": [{"publisher": "a"}]}, "offers[0]: 'offer' is a required property"),
        ({"offers": [{"offer": "a"}]}, "offers[0]: a has no publisher"),
        (
            {"offers": [{**OFFER, "publsh": True}]},
            "offers[0]: 'publsh' is not known here; choose from offer",
        ),
        ({"offers": [{**OFFER, "publish": "yes"}]}, "offers[0].publish: 'yes' is not of type 'boolean'"),
        ({"offers": [{**OFFER, "not-before": "soon"}]}, "offers[0].not-before: 'soon' is not right"),
        ({"offers": [{**OFFER, "offer": "a/b"}]}, "offers[0].offer: 'a/b' is not right"),
        ({"offers": [OFFER, OFFER]}, "contoso/db is there twice"),
        ({"offers": [OFFER, {**OFFER, "offer": "DB"}]}, "contoso/DB is there twice"),
        ({"offers": [{**OFFER, "group": "x"}]}, "there is no group 'x'"),
        (
            {"offers": [{**OFFER, "after": ["nil"]}]},
            "comes after contoso/nil, which is not in the release",
        ),
        ({"offers": [{**OFFER, "after": ["group:g"]}]}, "comes after group:g, which has no offers"),
        (
            {"offers": [{**OFFER, "after": ["db"]}]},
            "these wait for each other: contoso/db after contoso/db",
        ),
        ({"offers": [OFFER], "credentials": {"contoso": "eyJ0eX"}}, "wanted: env:VARIABLE"),
        ({"offers": [OFFER], "limits": {"at-once": 0}}, "limits.at-once: 0 is less than the minimum"),
    ],
)
def test_what_is_wrong_is_told_with_its_place(value: dict[str, Any], problem: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        Release.from_value({"name": "x", **value}, "release.toml")
    assert str(caught.value).startswith("release.toml: ")
    assert problem in str(caught.value)


def test_all_that_is_wrong_is_told_at_once() -> None:
    with pytest.raises(InvalidInput) as caught:
        Release.from_value({"name": "x", "offers": [{"offer": 7}, {**OFFER, "approval": 1}], "x": 1})
    assert all(place in str(caught.value) for place in ("offers[0].offer", "offers[1].approval", "'x'"))


def test_a_token_does_not_get_into_an_error() -> None:
    with pytest.raises(InvalidInput) as caught:
        Release.from_value({"name": "x", "offers": [OFFER], "credentials": {"contoso": "s3cr3t"}})
    assert "s3cr3t" not in str(caught.value)


@pytest.mark.parametrize(
    ("name", "text", "problem"),
    [
        ("a.toml", "offers = [", "Cannot read the release"),
        ("a.csv", "publisher,offer,publish\na,b,perhaps\n", "line 2: publish must be true or false"),
        ("a.csv", "publisher,offer\na,b,c\n", "line 2 has more cells"),
        ("a.toml", None, "No such file"),
    ],
)
def test_a_file_that_cannot_be_read(tmp_path: Path, name: str, text: str | None, problem: str) -> None:
    path = tmp_path / name
    if text is not None:
        path.write_text(text)
    with pytest.raises(InvalidInput, match=problem):
        Release.read(path)


def test_what_was_started_is_told_apart_by_its_offers() -> None:
    one = Release.from_value({"name": "x", "offers": [OFFER]})
    assert one.fingerprint == Release.from_value({"name": "y", "offers": [OFFER]}).fingerprint
    other = Release.from_value({"name": "x", "offers": [{**OFFER, "approval": True}]})
    assert one.fingerprint != other.fingerprint


def test_the_schema_is_one() -> None:
    jsonschema.Draft202012Validator.check_schema(schema())
