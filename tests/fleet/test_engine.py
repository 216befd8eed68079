"""The engine by itself: what becomes of jobs when it stops."""

from __future__ import annotations

import asyncio
import threading
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from golive.fleet import database
from golive.fleet.engine import Engine, Job

LONG = 30.0


def test_a_job_that_it_takes_while_it_stops_is_left_to_others(tmp_path: Path) -> None:
    url = database.database_url(str(tmp_path / "fleet.sqlite"), None)
    opened = database.open_database(url)
    engine = Engine(opened)
    first, second = (Job("start", "tonight", offer, 1) for offer in ("first", "second"))
    at_work, taking, ending = threading.Event(), threading.Event(), threading.Event()
    done: list[Job] = []

    def takes_jobs(thread: threading.Thread) -> bool:
        return thread.name.startswith("queue-worker")

    async def do(job: Job) -> None:
        done.append(job)
        at_work.set()
        try:
            await asyncio.Event().wait()
        finally:
            ending.set()
            # Its end takes as long as the thread that takes jobs needs for one more.
            while any(map(takes_jobs, threading.enumerate())):  # noqa: ASYNC110 - another thread's end
                await asyncio.sleep(0.01)

    @sa.event.listens_for(opened, "before_cursor_execute")
    def hold(_: Any, __: Any, statement: str, *___: Any) -> None:
        takes = statement.startswith("UPDATE") and takes_jobs(threading.current_thread())
        if takes and at_work.is_set():
            taking.set()
            assert ending.wait(LONG)

    engine.prepare()
    with opened.begin() as connection:
        engine.enqueue(connection, first, "contoso")
    engine.run("one", do)
    assert at_work.wait(LONG)
    with opened.begin() as connection:
        engine.enqueue(connection, second, "contoso")
    assert taking.wait(LONG)

    engine.stop()
    assert done == [first]
    assert engine.held("one") == {"one": {first.id, second.id}}
    engine.close()
    opened.dispose()
