"""Has Schemathesis watch the `rules`, where it is run as a command of its own.

Schemathesis loads this module by name; `proof` tells it, through the environment, whose contract it is,
where to write which links were followed, and how long a cancellation may take.
"""

from __future__ import annotations

import atexit
import json
import os
import time
from pathlib import Path
from typing import Any

import schemathesis

from golive.contract import PORTAL
from golive.contract.ingestion import NO_BODY, JobRules
from golive.contract.proof import ANSWER_WITHIN, API, LINKS, PATIENCE, read_links
from golive.contract.rules import Exchange, Fetched, Rules, empty_errors_are_lawful
from golive.http import httpx

__all__ = ["golive_rules"]

_client = httpx.Client(timeout=ANSWER_WITHIN, follow_redirects=False)
_authorization: dict[str, str] = {}


def _fetch(url: str) -> Fetched:
    return Fetched.of(_client.get(url, headers=_authorization))


def _pause(looks: int) -> bool:
    # A fifth of a second at first, so that an emulator is not waited for; in the end ten seconds.
    pauses = [min(0.1 * 2.0**look, 10.0) for look in range(1, looks + 1)]
    time.sleep(pauses[-1])
    return sum(pauses) < float(os.environ.get(PATIENCE, "300"))


_of_portal = os.environ.get(API, PORTAL) == PORTAL
_rules: Rules | JobRules = (Rules if _of_portal else JobRules)(
    _fetch, _pause, read_links(Path(os.environ.get(LINKS, "")))
)


@schemathesis.hook
def before_call(context: Any, case: Any, kwargs: Any) -> None:
    """Let a go-live be about what is in preview."""
    if isinstance(_rules, JobRules):
        case.body = _rules.aim(case.body)


@schemathesis.hook
def after_call(context: Any, case: Any, response: Any) -> None:
    """Let an error have no body."""
    if _of_portal:
        empty_errors_are_lawful(response)
    else:
        empty_errors_are_lawful(response, NO_BODY)


@schemathesis.check
def golive_rules(ctx: Any, response: Any, case: Any) -> None:
    """Check what the contract promises beyond its schemas; see `golive.contract.rules`."""
    authorization = response.request.headers.get("Authorization")
    if response.status_code in (200, 202) and authorization:
        _authorization["Authorization"] = str(authorization)
    _rules.watch(Exchange.of(response, case))


@atexit.register
def _write_links() -> None:
    target = os.environ.get(LINKS)
    if target:
        Path(target).write_text(json.dumps(sorted(_rules.followed)), "utf-8")
