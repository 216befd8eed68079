"""How to test a service that uses golive: the fixtures come with `pip install 'golive[testing]'`."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys

import pytest

from golive import AsyncGoLiveClient, GoLiveClient, WaitTimeout
from golive.emulator import Emulator
from golive.testing import Server, VirtualClock, assert_not_begun, assert_went_live_once
from release_service import release


def test_an_offer_goes_live(golive_client: GoLiveClient, golive_emulator: Emulator) -> None:
    assert release(golive_client, "contoso", "contoso-offer", {}) == "contoso-offer is live"
    assert_went_live_once(golive_emulator, "contoso", "contoso-offer")


def test_a_wait_of_days_takes_no_time(golive_client: GoLiveClient, golive_clock: VirtualClock) -> None:
    began = golive_clock.time
    release(golive_client, "contoso", "contoso-offer", {})
    assert golive_clock.time - began > 2 * 24 * 3600


@pytest.mark.golive(scenario="fail")
def test_people_are_told_why_it_failed(golive_client: GoLiveClient) -> None:
    told = release(golive_client, "contoso", "contoso-offer", {})
    assert told.startswith("contoso-offer was rejected")
    assert "logo" in told


@pytest.mark.golive(faults=["drop-answer@golive", "500@poll:3-9"])
def test_a_lost_answer_does_not_begin_it_twice(
    golive_client: GoLiveClient, golive_emulator: Emulator
) -> None:
    release(golive_client, "contoso", "contoso-offer", {})
    assert_went_live_once(golive_emulator, "contoso", "contoso-offer")


@pytest.mark.golive(scenario="hang")
def test_a_restart_goes_on_where_it_was(golive_client: GoLiveClient, golive_emulator: Emulator) -> None:
    database: dict[str, str] = {}
    with pytest.raises(WaitTimeout):
        release(golive_client, "contoso", "contoso-offer", database)
    with pytest.raises(WaitTimeout):
        release(golive_client, "contoso", "contoso-offer", database)
    assert golive_emulator.accepted("contoso", "contoso-offer") == 1


def test_an_offer_that_is_none(golive_client: GoLiveClient, golive_emulator: Emulator) -> None:
    with pytest.raises(Exception, match="404"):
        release(golive_client, "contoso", "nowhere", {})
    assert_not_begun(golive_emulator, "contoso", "contoso-offer")


@pytest.mark.golive(speed=400_000)
def test_the_program_as_people_run_it(golive_server: Server) -> None:
    environment = {**os.environ, "AZURE_TOKEN": "emulator", "GOLIVE_ENDPOINT": golive_server.url}
    command = [sys.executable, "release_service.py", "contoso", "contoso-offer"]
    outcome = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert outcome.stdout == "contoso-offer is live\n", outcome.stderr
    assert_went_live_once(golive_server.emulator, "contoso", "contoso-offer")


def test_the_async_client(async_golive_client: AsyncGoLiveClient, golive_emulator: Emulator) -> None:
    async def main() -> None:
        operation = await async_golive_client.begin_go_live("contoso", "contoso-offer")
        await operation.result()

    asyncio.run(main())
    assert_went_live_once(golive_emulator, "contoso", "contoso-offer")
