"""The wrapper understands every answer that the contract allows, and refuses the others."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from answers_suite import SUITE


@pytest.mark.xdist_group("answers")
@pytest.mark.parametrize("part", SUITE, ids=lambda part: part.__name__)
def test_the_client_side_suite(part: Callable[[], None]) -> None:
    part()
