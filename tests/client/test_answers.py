"""The wrapper understands every answer that the contracts allow, and refuses the others."""

from __future__ import annotations

import pytest

from answers_suite import Answers
from ingestion_answers import INGESTION_ANSWERS
from portal_answers import PORTAL_ANSWERS

pytestmark = pytest.mark.unmeasured

SUITE = [(api, part) for api in (PORTAL_ANSWERS, INGESTION_ANSWERS) for part in api.parts]


@pytest.mark.xdist_group("answers")
@pytest.mark.parametrize(("api", "part"), SUITE, ids=str)
def test_the_client_side_suite(api: Answers, part: str) -> None:
    getattr(api, part)()
