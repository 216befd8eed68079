"""The server-side proof: Schemathesis, all checks and phases, and the `rules` on top."""

from __future__ import annotations

import importlib.util
import json
import os
import random
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import IO, Any

from attrs import frozen

from golive.contract import PORTAL, document, ingestion
from golive.contract.rules import FORMS, unfollowed
from golive.errors import InvalidInput, NotAllowed, NotAuthenticated, ServiceUnreachable
from golive.http import httpx
from golive.origin import Origin

__all__ = [
    "ANSWER_WITHIN",
    "API",
    "LINKED",
    "LINKS",
    "PATIENCE",
    "Proof",
    "Verdict",
    "configuration",
    "ingestion_configuration",
    "read_links",
]

#: Environment variables for `hooks`: whose contract it is; the file for the links that were followed;
#: seconds for a cancellation.
API = "GOLIVE_CONTRACT_API"
LINKS = "GOLIVE_CONTRACT_LINKS"
PATIENCE = "GOLIVE_CONTRACT_PATIENCE"

#: The environment variable that hands on the token.
TOKEN = "GOLIVE_CONTRACT_TOKEN"  # noqa: S105

#: How long a request may take, in seconds: the service can take five minutes (*observed*).
ANSWER_WITHIN = 330.0

#: How often Schemathesis is sent along the links at most.
WALKS = 20

#: What has links to operations, and what they lead to: where a walk goes that is not the first.
LINKED = ("goLive", "publish", "cancel", "getOfferOperation", "getOperation")

# A warning fails the run, but for two: that most go-lives were refused, which depends on the offers, and
# that an operation was answered by 404s only, for which `unfollowed` asks more exactly.
_WARNINGS = (
    *("missing_auth", "base_url_mismatch", "missing_deserializer"),
    *("unused_openapi_auth", "unsupported_regex", "method_not_allowed", "unmatched_filter"),
    *("unresolvable_reference", "rate_limited", "dictionary_mismatch"),
)


_REFUSALS = {401: NotAuthenticated, 403: NotAllowed}


@frozen
class Verdict:
    """What came of a proof.

    Attributes:
        kept: Whether the server keeps the contract, as far as it was asked.
        seed: What to give to `Proof.seed` for the same requests again.
        missing: What should have been answered by a 200 and was not: links, or what can be read.
    """

    kept: bool
    seed: int
    missing: tuple[str, ...]


@frozen(kw_only=True)
class Proof:
    """What to ask of which server.

    Attributes:
        url: Where the server is.
        publisher: A publisher that it knows.
        offers: Offers of that publisher; with changes allowed, a migrated and a non-migrated one.
        allow_changes: Whether to send what begins, publishes and cancels. Otherwise nothing is sent that
            could change anything, and no link is followed.
        forms: Of which forms links must have been followed, if changes are allowed; default both.
        examples: How many examples to try of each request; default 30.
        seed: Makes the requests repeatable; default a new one for each proof.
        reports: A folder for the reports as JUnit, HAR and NDJSON; default none.
        cancel_within: How long a cancellation may take, in seconds; default 300.
        api: Whose contract it is, one of `golive.contract.APIS`. Of Product Ingestion, offers are
            external ids of products, and neither publisher nor forms mean anything.
    """

    url: str
    publisher: str
    offers: tuple[str, ...]
    allow_changes: bool = False
    forms: tuple[str, ...] = FORMS
    examples: int = 30
    seed: int | None = None
    reports: Path | None = None
    cancel_within: float = 300.0
    api: str = PORTAL

    def run(self, token: str, *, out: IO[str] | None = None) -> Verdict:
        """Carry out the proof.

        Args:
            token: What the server wants as a bearer token. It is handed on by the environment, and
                masked in all reports.
            out: Where to write what Schemathesis has to say; default the standard output.

        Returns:
            The verdict.

        Raises:
            InvalidInput: The address is none, or the server does not know a product.
            NotAuthenticated: The server does not take the token.
            NotAllowed: The server does not let the token's principal read the first offer.
            ServiceUnreachable: Nobody answers.
            ModuleNotFoundError: Schemathesis is not installed.
        """
        if importlib.util.find_spec("schemathesis") is None:
            raise ModuleNotFoundError(
                "The proof needs Schemathesis: pip install 'golive[contract]'", name="schemathesis"
            )
        Origin.parse(self.url, allow_http=True)
        if not self.offers:
            raise InvalidInput("The proof needs at least one offer that the server knows.")
        seed = random.randrange(2**32) if self.seed is None else self.seed  # noqa: S311
        with tempfile.TemporaryDirectory(prefix="golive-contract-") as folder:
            return self._prove(Path(folder), seed, token, out)

    def _prove(self, work: Path, seed: int, token: str, out: IO[str] | None) -> Verdict:
        text = document(self.api)
        read_only, examples = not self.allow_changes, self.examples
        if self.api == PORTAL:
            path = f"/api/publishers/{self.publisher}/offers/{self.offers[0]}/status"
            self._hear(token, path, {"api-version": "2017-10-31"})
            config = configuration(self.publisher, self.offers, read_only=read_only, examples=examples)
        else:
            products = self._products(token)
            text = ingestion.about(text, products)
            config = ingestion_configuration(products, read_only=read_only, examples=examples)
        (work / "contract.yaml").write_text(text, "utf-8")
        (work / "schemathesis.toml").write_text(_toml(config), "utf-8")
        links = (self.reports or work).absolute() / "links.json"
        links.parent.mkdir(parents=True, exist_ok=True)
        links.unlink(missing_ok=True)
        environment = {
            **os.environ,
            TOKEN: token,
            "SCHEMATHESIS_HOOKS": "golive.contract.hooks",
            API: self.api,
            LINKS: str(links),
            PATIENCE: str(self.cancel_within),
        }
        # Which links Schemathesis walks along varies; it walks on until it has been everywhere.
        for walk in range(WALKS):
            command = self._command(work, seed + walk)
            if walk:
                command += ["--phases", "stateful"]
                command += [word for name in self._linked for word in ("--include-operation-id", name)]
            outcome = subprocess.run(command, env=environment, check=False, cwd=work, stdout=out)
            kept = outcome.returncode == 0
            missing = self._missing(links)
            if not kept or not missing or not self.allow_changes:
                break
        return Verdict(kept and not missing, seed, tuple(missing))

    @property
    def _linked(self) -> tuple[str, ...]:
        return LINKED if self.api == PORTAL else ingestion.LINKED

    @property
    def _base(self) -> str:
        return self.url.rstrip("/") + ("" if self.api == PORTAL else ingestion.BASE)

    def _missing(self, links: Path) -> list[str]:
        if self.api != PORTAL:
            return ingestion.unfollowed(read_links(links), changes=self.allow_changes)
        return unfollowed(read_links(links), self.forms if self.allow_changes else ())

    def _products(self, token: str) -> dict[str, str]:
        """Ask for the GUIDs of the products, by which all but one call know them."""
        found = {}
        for offer in self.offers:
            answer = self._hear(token, "/product", ingestion.asking_for(offer))
            try:
                guid = ingestion.guid_of(answer.json(), offer)
            except ValueError:
                guid = None
            if guid is None:
                raise InvalidInput(f"The server names no product {offer!r}.")
            found[offer] = guid
        return found

    def _hear(self, token: str, path: str, query: Mapping[str, str]) -> httpx.Response:
        """Read something: where nobody answers, or not with this token, there is nothing to prove."""
        url = f"{self._base}{path}"
        try:
            answer = httpx.get(
                url, params=query, headers={"Authorization": f"Bearer {token}"}, timeout=ANSWER_WITHIN
            )
        except httpx.HTTPError as error:
            raise ServiceUnreachable(f"No answer: {error}", "GET", url, sent=True) from None
        if refusal := _REFUSALS.get(answer.status_code):
            raise refusal("The server does not take the token.", answer.status_code, "GET", url)
        return answer

    def _command(self, work: Path, seed: int) -> list[str]:
        command = [sys.executable, "-m", "schemathesis.cli"]
        command += ["--config-file", str(work / "schemathesis.toml"), "run", str(work / "contract.yaml")]
        command += ["--url", self._base, "--checks", "all", "--workers", "1"]
        command += ["--seed", str(seed), "--continue-on-failure"]
        if not self.allow_changes:
            command += ["--include-method", "GET"]
        if self.reports is not None:
            command += ["--report", "junit,har,ndjson", "--report-dir", str(self.reports.absolute())]
        return command


def read_links(path: Path) -> set[tuple[str, str]]:
    """Read which links were followed so far, from the file of `hooks`; none if it is missing."""
    followed = json.loads(path.read_text("utf-8")) if path.is_file() else []
    return {(verb, form) for verb, form in followed}


def configuration(
    publisher: str, offers: tuple[str, ...], *, read_only: bool, examples: int
) -> dict[str, Any]:
    """Return how Schemathesis is to be set up for the contract.

    Args:
        publisher: A publisher that the server knows.
        offers: Offers of that publisher.
        read_only: Whether to leave out even the methods that the server should refuse.
        examples: How many examples to try of each request, and five times as many walks along links.
    """
    return {
        # What is well-formed may still come out of order: that depends on the offer, not on the request.
        "checks": _accepted("2xx", "400", "404", "412"),
        # The rules look at each 409, whether something runs. A document can be one and be no good offer.
        "operations": [
            {"include-operation-id": "goLive", "checks": _accepted("2xx", "400", "404", "409", "412")},
            {"include-operation-id": "publish", "checks": _accepted("2xx", "400", "404", "409", "412")},
            {
                "include-operation-id": "putOffer",
                "checks": _accepted("2xx", "400", "404", "409", "412", "422"),
            },
        ],
        "dictionaries": {
            "publishers": {"values": [publisher]},
            "offers": {"values": list(offers)},
        },
        "parameters": {
            "path.publisherId": {"dictionary": "publishers", "probability": 0.9},
            "path.offerId": {"dictionary": "offers", "probability": 0.9},
        },
        **_of_any(read_only=read_only, examples=examples),
    }


def ingestion_configuration(
    products: Mapping[str, str], *, read_only: bool, examples: int
) -> dict[str, Any]:
    """Return how Schemathesis is to be set up for the contract of Product Ingestion.

    Args:
        products: The GUIDs of products that the server knows, by their external ids.
        read_only: Whether to leave out even the methods that the server should refuse.
        examples: How many examples to try of each request, and five times as many walks along links.
    """
    return {
        # What is well-formed may be about what is not there, or be the token of no page.
        "checks": _accepted("2xx", "400", "404"),
        "operations": [
            {
                "include-operation-id": "configure",
                "checks": _accepted("2xx", "400", "404", "409", "423"),
            },
        ],
        "dictionaries": {
            "products": {"values": list(products.values())},
            "externals": {"values": list(products)},
        },
        "parameters": {
            "path.productId": {"dictionary": "products", "probability": 0.9},
            "query.externalId": {"dictionary": "externals", "probability": 0.9},
        },
        **_of_any(read_only=read_only, examples=examples),
    }


def _of_any(*, read_only: bool, examples: int) -> dict[str, Any]:
    """Return what is the same for every contract."""
    coverage: dict[str, Any] = {"unexpected-methods": []} if read_only else {}
    return {
        "request-timeout": ANSWER_WITHIN,
        "auth": {"openapi": {"bearerAuth": {"bearer": f"${{{TOKEN}}}"}}},
        "phases": {"coverage": coverage, "stateful": {"generation": {"max-examples": 5 * examples}}},
        "cache": {"enabled": False},
        "generation": {"database": "none", "max-examples": examples},
        "warnings": {"fail-on": list(_WARNINGS)},
    }


def _accepted(*statuses: str) -> dict[str, Any]:
    return {"positive_data_acceptance": {"expected-statuses": list(statuses)}}


def _toml(table: Mapping[str, Any], prefix: str = "") -> str:
    """Write a table of tables, and of arrays of them; JSON's scalars and lists are TOML's, too."""
    text, tables = "", ""
    for key, value in table.items():
        name = json.dumps(key) if "." in key else key
        name = f"{prefix}.{name}" if prefix else name
        if isinstance(value, Mapping):
            tables += f"[{name}]\n{_toml(value, name)}"
        elif isinstance(value, list) and value and isinstance(value[0], Mapping):
            tables += "".join(f"[[{name}]]\n{_toml(each, name)}" for each in value)
        else:
            text += f"{key} = {json.dumps(value)}\n"
    return text + tables
