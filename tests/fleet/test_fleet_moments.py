"""A worker that dies at each moment, and workers that share a job: what the service sees of it."""

from __future__ import annotations

import asyncio
import heapq
import itertools
import re
import time
from collections import defaultdict
from collections.abc import Callable, Coroutine, Iterator
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from attrs import define, field

from golive import PollingPolicy, RetryPolicy
from golive.answers import Call
from golive.clock import SystemClock
from golive.emulator import TOKEN, Emulator, Offer
from golive.emulator.ingestion.products import Product
from golive.fleet import Fleet, OfferState, Release, Service
from golive.fleet.engine import Job
from golive.fleet.store import Record, Transaction
from golive.fleet.work import Work
from golive.sessions import AsyncSession

#: More than there are moments.
MANY = 60
#: But for what is rounded.
MINUTE = 60 - 1e-3
APIS = ("go-live", "product-ingestion")


class Killed(BaseException):
    """What ends a worker in a test, and what nothing catches."""


@define
class Bomb:
    """Ends a worker at a moment; the moments are counted, each request having two."""

    left: int = MANY * 100

    def tick(self) -> None:
        self.left -= 1
        if self.left == 0:
            raise Killed


@pytest.fixture
def bomb(monkeypatch: pytest.MonkeyPatch) -> Bomb:
    made = Bomb()
    perform, change = AsyncSession.perform, Transaction.change

    async def performed(self: AsyncSession, call: Call) -> Any:
        made.tick()
        answer = await perform(self, call)
        made.tick()
        return answer

    def changed(self: Transaction, record: Record, **values: Any) -> Record:
        made.tick()
        return change(self, record, **values)

    monkeypatch.setattr(AsyncSession, "perform", performed)
    monkeypatch.setattr(Transaction, "change", changed)
    return made


def jobs(fleet: Fleet, release: str) -> list[Job]:
    """Return what workers are to do."""
    with fleet.store.transaction() as transaction:
        records = transaction.records(release)
    return [
        Job(str(each.verb), release, each.plan.name, each.attempt)
        for each in records
        if each.state.is_active
    ]


def work_through(fleet: Fleet, release: str) -> None:
    """Do, by one worker and once it is killed by another, all that there is to do."""
    todo = jobs(fleet, release)

    async def through() -> None:
        work = worker(fleet)
        while todo:
            # The engine has a job done again unless it was done to its end.
            await work.do(todo[0])
            todo.pop(0)
            todo.extend(each for each in jobs(fleet, release) if each not in todo)

    try:
        asyncio.run(through())
    except Killed:
        asyncio.run(through())
        raise


@pytest.mark.parametrize("api", APIS)
@pytest.mark.parametrize("publish", [False, True])
def test_killed_at_each_moment_it_goes_live_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, bomb: Bomb, api: str, *, publish: bool
) -> None:
    monkeypatch.setenv("AZURE_TOKEN", TOKEN)
    names = [f"offer-{number}" for number in range(MANY)]
    # What is live already would go live once more, if it was asked to.
    emulator = Emulator(
        offers=[Offer(publisher="contoso", id=each, always_ready=True) for each in names],
        products=[Product(each) for each in names],
        habits=["repeat-runs"],
        speed=1_500_000,
    )
    service = SimpleNamespace(
        polling=PollingPolicy(min_delay=0.05, max_delay=0.05, growth=0),
        retry=RetryPolicy(base_delay=0.02, max_delay=0.05, answer_within=0.4, listed_within=0.2),
    )
    publisher = {"publisher": "contoso"} if api == "go-live" else {}
    with (
        emulator.serve() as url,
        Fleet(str(tmp_path / "f.sqlite"), service=Service(endpoint=url, **vars(service))) as fleet,
    ):
        for moment, name in enumerate(names, 1):
            plan = {**publisher, "offer": name, "api": api, "publish": publish}
            fleet.start(Release.from_value({"name": name, "offers": [plan]}))
            bomb.left = moment
            killed = False
            try:
                work_through(fleet, name)
            except Killed:
                killed = True
            view = fleet.status(name)
            assert [each.state for each in view.offers] == [OfferState.LIVE], (moment, view)
            if api == "go-live":
                assert emulator.accepted("contoso", name) == 1, moment
            else:
                assert list(emulator.accepted_submissions(name).values()) == [1], moment
                assert emulator.products.published[name] == publish, moment
            bomb.left = MANY * 100
            if not killed:
                break
    assert not killed
    assert moment > 8


@define
class Hours:
    """The time of some tasks, which passes only when all of them wait for it."""

    now: float = datetime(2026, 11, 26, tzinfo=UTC).timestamp()
    tasks: int = 0
    waiting: list[tuple[float, int, asyncio.Future[None]]] = field(factory=list)
    numbers: Iterator[int] = field(factory=itertools.count)

    async def sleep(self, seconds: float) -> None:
        future: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        heapq.heappush(self.waiting, (self.now + seconds, next(self.numbers), future))
        self.pass_on()
        await future

    def pass_on(self) -> None:
        if self.waiting and len(self.waiting) >= self.tasks:
            moment, _, future = heapq.heappop(self.waiting)
            self.now = max(self.now, moment)
            if not future.done():
                future.set_result(None)

    async def task(self, doing: Coroutine[Any, Any, None]) -> None:
        await doing
        self.tasks -= 1
        self.pass_on()

    async def together(self, *doing: Coroutine[Any, Any, None]) -> None:
        self.tasks = len(doing)
        await asyncio.gather(*map(self.task, doing))


@pytest.fixture
def hours(monkeypatch: pytest.MonkeyPatch) -> Hours:
    """Have the workers of this process live by a time of the test's."""
    made = Hours()
    moment: Callable[[], datetime] = lambda: datetime.fromtimestamp(made.now, UTC)  # noqa: E731
    for module in ("work", "store"):
        monkeypatch.setattr(f"golive.fleet.{module}.now", moment)
    known = SimpleNamespace(
        sleep=made.sleep,
        to_thread=asyncio.to_thread,
        create_task=asyncio.create_task,
        Event=asyncio.Event,
    )
    monkeypatch.setattr("golive.fleet.work.asyncio", known)
    monkeypatch.setattr(SystemClock, "now", lambda _: made.now)
    monkeypatch.setattr(SystemClock, "monotonic", lambda _: made.now)
    monkeypatch.setattr(SystemClock, "sleep_async", lambda _, seconds: made.sleep(seconds))
    return made


@pytest.fixture
def polls(monkeypatch: pytest.MonkeyPatch, hours: Hours) -> dict[str, list[float]]:
    """Return when each job was asked about."""
    seen: dict[str, list[float]] = defaultdict(list)
    perform = AsyncSession.perform

    async def performed(self: AsyncSession, call: Call) -> Any:
        if job := re.search(r"job_id': '([^']+)", repr(call.arguments)):
            seen[job[1]].append(hours.now)
        return await perform(self, call)

    monkeypatch.setattr(AsyncSession, "perform", performed)
    return seen


@pytest.fixture
def minutely(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, hours: Hours) -> Iterator[Fleet]:
    """A fleet that polls once a minute, and a service where that is often."""
    monkeypatch.setenv("AZURE_TOKEN", TOKEN)
    names = [f"offer-{number}" for number in range(3)]
    emulator = Emulator(
        products=[Product(each) for each in names], speed=300, clock=lambda: hours.now, list_delay=0
    )
    with emulator.serve() as url:
        service = Service(endpoint=url, polling=PollingPolicy(min_delay=60, max_delay=60))
        with Fleet(str(tmp_path / "fleet.sqlite"), service=service) as fleet:
            plans = [{"api": "product-ingestion", "offer": each} for each in names]
            fleet.start(Release.from_value({"name": "tonight", "offers": plans}))
            yield fleet


def worker(fleet: Fleet) -> Work:
    return Work(fleet.store, fleet.service, fleet.advance)


def pauses(moments: list[float]) -> list[float]:
    return [later - before for before, later in itertools.pairwise(moments)]


def test_workers_that_have_the_same_jobs_ask_once_a_minute_together(
    minutely: Fleet, hours: Hours, polls: dict[str, list[float]], bomb: Bomb
) -> None:
    asyncio.run(hours.together(*map(worker(minutely).do, jobs(minutely, "tonight"))))
    todo = jobs(minutely, "tonight")
    assert [each.verb for each in todo] == ["go-live"] * 3
    # It dies when all of them are followed.
    bomb.left = 50
    with pytest.raises(Killed):
        asyncio.run(hours.together(*map(worker(minutely).do, todo)))
    hours.waiting.clear()
    assert len(polls) == 3
    # One that is slow to notice that it lost its place, and the one that took over from it.
    works = [worker(minutely), worker(minutely)]
    asyncio.run(hours.together(*(each.do(job) for each in works for job in todo)))
    assert minutely.status("tonight").is_live
    assert len(polls) == 3
    for moments in polls.values():
        assert len(moments) > 10
        assert min(pauses(moments)) >= MINUTE


def test_who_takes_over_from_the_dead_asks_no_sooner(
    minutely: Fleet, hours: Hours, polls: dict[str, list[float]], bomb: Bomb
) -> None:
    deaths = 0
    while todo := jobs(minutely, "tonight"):
        work = worker(minutely)
        bomb.left = 40 + 7 * deaths % 31
        try:
            asyncio.run(hours.together(*map(work.do, todo)))
        except Killed:
            deaths += 1
            hours.waiting.clear()
        assert deaths < 100
    assert minutely.status("tonight").is_live
    assert deaths > 2
    for moments in polls.values():
        assert min(pauses(moments), default=MINUTE) >= MINUTE


def test_a_job_is_asked_about_once_a_minute_at_most_however_it_varies(
    minutely: Fleet, hours: Hours, polls: dict[str, list[float]]
) -> None:
    began = time.monotonic()
    while todo := jobs(minutely, "tonight"):
        work = worker(minutely)
        asyncio.run(hours.together(*map(work.do, todo)))
    assert minutely.status("tonight").is_live
    assert all(min(pauses(moments)) >= MINUTE for moments in polls.values())
    assert time.monotonic() - began < hours.now - datetime(2026, 11, 26, tzinfo=UTC).timestamp()
