"""A go-live in Airflow 3."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from airflow.sdk import dag, task

import steps


@dag(schedule=None, catchup=False)
def release(publisher: str = "contoso", offer: str = "contoso-offer") -> None:
    """Take an offer live."""

    @task(retries=5)
    def take_down(publisher: str, offer: str) -> dict[str, Any]:
        return steps.before(publisher, offer)

    # With the baseline a retry adopts what an earlier try began; after ten minutes it is surely listed.
    @task(retries=20, retry_delay=timedelta(minutes=10))
    def start(known: dict[str, Any]) -> dict[str, Any]:
        _, point = steps.begin(known)
        if point is None:
            raise RuntimeError("It may have begun or not; the next try finds out.")
        return point

    @task.sensor(mode="reschedule", poke_interval=600, timeout=timedelta(days=10).total_seconds())
    def is_live(point: dict[str, Any]) -> bool:
        _, pause = steps.look(point)
        return pause is None

    is_live(start(take_down(publisher, offer)))


dag = release()
