"""What a fleet knows, in two tables beside the engine's: the offers of each release, and what changed.

What a worker must know after a crash is written down here before it acts: what is known before a request
is sent, and the checkpoint of what follows.
"""

from __future__ import annotations

import json
import statistics
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa
from attrs import Factory, asdict, evolve, field, fields, frozen

from golive.errors import InvalidInput
from golive.fleet.release import OfferPlan, Release
from golive.fleet.view import Estimate, Event, OfferState, OfferView, ReleaseView

__all__ = ["Record", "Store"]

_METADATA = sa.MetaData()
_RELEASES = sa.Table(
    "golive_releases",
    _METADATA,
    sa.Column("name", sa.String(100), primary_key=True),
    sa.Column("fingerprint", sa.String(64), nullable=False),
    sa.Column("began", sa.Float, nullable=False),
    sa.Column("credentials", sa.Text, nullable=False),
)
_OFFERS = sa.Table(
    "golive_offers",
    _METADATA,
    sa.Column("release", sa.String(100), primary_key=True),
    sa.Column("name", sa.String(250), primary_key=True),
    sa.Column("position", sa.Integer, nullable=False),
    sa.Column("state", sa.String(20), nullable=False),
    sa.Column("data", sa.Text, nullable=False),
)
_EVENTS = sa.Table(
    "golive_events",
    _METADATA,
    sa.Column("id", sa.Integer, primary_key=True, autoincrement=True),
    sa.Column("release", sa.String(100), nullable=False, index=True),
    sa.Column("at", sa.Float, nullable=False),
    sa.Column("data", sa.Text, nullable=False),
)
_WORKERS = sa.Table("golive_workers", _METADATA, sa.Column("id", sa.String(200), primary_key=True))
_PACES = sa.Table(
    "golive_paces",
    _METADATA,
    sa.Column("endpoint", sa.String(300), primary_key=True),
    sa.Column("next", sa.Float, nullable=False),
)
_SETTINGS = sa.Table(
    "golive_settings",
    _METADATA,
    sa.Column("name", sa.String(50), primary_key=True),
    sa.Column("value", sa.Text, nullable=False),
)

#: From fewer go-lives than these no estimate is made.
_FEW = 3


def now() -> datetime:
    """Return the time of this machine, in UTC. The clocks of workers should agree to a few seconds."""
    return datetime.now(UTC)


@frozen
class Record:
    """An offer of a release, as it is stored.

    Attributes:
        release: The release.
        plan: What is to become of it.
        state: Where it stands.
        since: Since when, in UTC.
        attempt: Which attempt it is, from 1.
        verb: What a worker does for it, or did last; None if nothing yet.
        published: Whether its publish brought it to the preview.
        approved: When it was approved, in UTC, or None.
        approved_by: By whom, or None.
        canceling: Whether it is to be canceled.
        baseline: What was known before a request was sent, or None; which API it is says how it is read.
        checkpoint: How far the following of its operation got, or None.
        adopted: Whether somebody else began the operation.
        step: The step of its operation, or None.
        percent: How far that is, or None.
        operation_url: Its latest operation, or None.
        waits_for: What it waits for, in words, or None.
        message: What is to be known about it, or None.
        began: When its first operation began, in UTC, or None.
        ended: When it ended, in UTC, or None.
        submission: The version that alone may go live, once one was seen or named; or None.
        seen: Whether it was looked for, and what was found still holds.
    """

    release: str
    plan: OfferPlan
    state: OfferState
    since: datetime
    attempt: int = 1
    verb: str | None = None
    published: bool = False
    approved: datetime | None = None
    approved_by: str | None = None
    canceling: bool = False
    baseline: Mapping[str, Any] | None = None
    checkpoint: Mapping[str, Any] | None = None
    adopted: bool = False
    step: str | None = None
    percent: int | None = None
    operation_url: str | None = None
    waits_for: str | None = None
    message: str | None = None
    began: datetime | None = None
    ended: datetime | None = None
    submission: str | None = None
    seen: bool = False

    @property
    def view(self) -> OfferView:
        """What is shown of it."""
        return OfferView(
            publisher_id=self.plan.publisher_id,
            offer_id=self.plan.offer_id,
            api=self.plan.api,
            group=self.plan.group,
            state=self.state,
            step=self.step,
            percent=self.percent,
            since=self.since,
            waits_for=self.waits_for,
            operation_url=self.operation_url,
            message=self.message,
            attempt=self.attempt,
            adopted=self.adopted,
            began=self.began,
            ended=self.ended,
            submission=self.submission,
        )

    def to_json(self) -> str:
        """Return it as JSON."""
        value = asdict(self, recurse=False)
        for name in _MOMENTS:
            value[name] = None if value[name] is None else value[name].isoformat()
        return json.dumps({**value, "plan": self.plan.to_dict()})

    @classmethod
    def from_json(cls, text: str) -> Record:
        """Read what `to_json` gave, also that of earlier and later releases of golive."""
        value = json.loads(text)
        known = {each.name: value[each.name] for each in fields(cls) if each.name in value}
        for name in _MOMENTS:
            if known.get(name) is not None:
                known[name] = datetime.fromisoformat(known[name])
        return cls(
            **{**known, "plan": OfferPlan.from_dict(value["plan"]), "state": OfferState(value["state"])}
        )


_MOMENTS = ("since", "approved", "began", "ended")

#: What makes a change one that is told of.
_TOLD = ("state", "step", "waits_for", "message", "attempt")


@frozen
class Transaction:
    """What may be read and changed as one."""

    connection: sa.Connection
    _told: list[Record] = Factory(list)

    def records(self, release: str) -> list[Record]:
        """Return the offers of a release, in the order of its file; nobody else changes them now."""
        rows = self.connection.execute(
            sa.select(_OFFERS.c.data)
            .where(_OFFERS.c.release == release)
            .order_by(_OFFERS.c.position)
            .with_for_update()
        )
        return [Record.from_json(data) for (data,) in rows]

    def record(self, release: str, name: str) -> Record:
        """Return an offer of a release, and keep others from changing it."""
        data = self.connection.execute(
            sa.select(_OFFERS.c.data)
            .where(_OFFERS.c.release == release, _OFFERS.c.name == name)
            .with_for_update()
        ).scalar_one()
        return Record.from_json(data)

    def change(self, record: Record, **values: Any) -> Record:
        """Change an offer, and note an event if that is worth telling."""
        changed = evolve(record, **values)
        if changed.state is not record.state:
            changed = evolve(changed, since=now())
        if changed == record:
            return record
        self.connection.execute(
            sa.update(_OFFERS)
            .where(_OFFERS.c.release == record.release, _OFFERS.c.name == record.plan.name)
            .values(state=str(changed.state), data=changed.to_json())
        )
        if any(getattr(changed, name) != getattr(record, name) for name in _TOLD):
            before = record.state if changed.state is not record.state else changed.state
            self._note(changed, before)
        return changed

    def _note(self, record: Record, before: OfferState | None) -> None:
        data = {"before": before, "record": json.loads(_shown(record))}
        self.connection.execute(
            sa.insert(_EVENTS).values(
                release=record.release, at=now().timestamp(), data=json.dumps(data)
            )
        )

    def add(self, release: Release) -> bool:
        """Add a release, unless it is there.

        Returns:
            Whether it was not there.

        Raises:
            InvalidInput: It is there, with other offers.
        """
        found = self.connection.execute(
            sa.select(_RELEASES.c.fingerprint).where(_RELEASES.c.name == release.name)
        ).scalar()
        if found is not None:
            if found != release.fingerprint:
                raise InvalidInput(
                    f"There is a release {release.name!r} with other offers or conditions; what was"
                    " started is not changed. Give the release another name."
                )
            return False
        moment = now()
        self.connection.execute(
            sa.insert(_RELEASES).values(
                name=release.name,
                fingerprint=release.fingerprint,
                began=moment.timestamp(),
                credentials=json.dumps(dict(release.credentials)),
            )
        )
        for position, plan in enumerate(release.offers):
            record = Record(release.name, plan, OfferState.WAITING, moment, submission=plan.submission)
            self.connection.execute(
                sa.insert(_OFFERS).values(
                    release=release.name,
                    name=plan.name,
                    position=position,
                    state=str(record.state),
                    data=record.to_json(),
                )
            )
            self._note(record, None)
        return True


def _shown(record: Record) -> str:
    """Return what an event keeps of an offer: all but what is only for following it."""
    return evolve(record, baseline=None, checkpoint=None).to_json()


@frozen
class Store:
    """The tables.

    Args:
        engine: The database.
    """

    engine: sa.Engine = field(repr=False)

    def prepare(self) -> None:
        """Create the tables that are missing."""
        _METADATA.create_all(self.engine)

    @contextmanager
    def transaction(self) -> Iterator[Transaction]:
        """Do several things as one."""
        with self.engine.begin() as connection:
            if connection.dialect.name == "sqlite":
                # Python begins with the first change only, and what was read before may be old by then.
                connection.exec_driver_sql("BEGIN IMMEDIATE")
            yield Transaction(connection)

    def record(self, release: str, name: str) -> Record:
        """Return an offer of a release."""
        with self.transaction() as transaction:
            return transaction.record(release, name)

    def change(self, release: str, name: str, **values: Any) -> Record:
        """Change an offer of a release."""
        with self.transaction() as transaction:
            return transaction.change(transaction.record(release, name), **values)

    def credentials(self, release: str) -> Mapping[str, str]:
        """Return, by publisher, the name of what authenticates for it."""
        with self.engine.connect() as connection:
            found = connection.execute(
                sa.select(_RELEASES.c.credentials).where(_RELEASES.c.name == release)
            ).scalar_one()
        read: dict[str, str] = json.loads(found)
        return read

    def began(self, release: str) -> datetime:
        """Return when a release was begun, in UTC."""
        with self.engine.connect() as connection:
            found = connection.execute(
                sa.select(_RELEASES.c.began).where(_RELEASES.c.name == release)
            ).scalar_one()
        return datetime.fromtimestamp(found, UTC)

    def view(self, name: str) -> ReleaseView:
        """Return where a release stands.

        Raises:
            InvalidInput: There is no such release.
        """
        with self.engine.connect() as connection:
            began = connection.execute(
                sa.select(_RELEASES.c.began).where(_RELEASES.c.name == name)
            ).scalar()
            if began is None:
                raise InvalidInput(
                    f"There is no release {name!r}; `golive fleet list` shows those that are."
                )
            rows = connection.execute(
                sa.select(_OFFERS.c.data).where(_OFFERS.c.release == name).order_by(_OFFERS.c.position)
            )
            records = [Record.from_json(data) for (data,) in rows]
            durations = self._durations(connection, name)
        views = tuple(each.view for each in records)
        return ReleaseView(
            name, datetime.fromtimestamp(began, UTC), views, _estimate(records, durations, now())
        )

    def releases(self) -> list[str]:
        """Return the names of all releases, the newest first."""
        with self.engine.connect() as connection:
            rows = connection.execute(sa.select(_RELEASES.c.name).order_by(_RELEASES.c.began.desc()))
            return [name for (name,) in rows]

    def events(self, after: int, *, release: str | None = None, limit: int = 500) -> list[Event]:
        """Return what changed since an event, the oldest first."""
        query = sa.select(_EVENTS).where(_EVENTS.c.id > after).order_by(_EVENTS.c.id).limit(limit)
        if release is not None:
            query = query.where(_EVENTS.c.release == release)
        with self.engine.connect() as connection:
            rows = connection.execute(query).all()
        return [_event(row) for row in rows]

    def last_event(self) -> int:
        """Return the number of the latest event; 0 if there is none."""
        with self.engine.connect() as connection:
            return connection.execute(sa.select(sa.func.max(_EVENTS.c.id))).scalar() or 0

    def join(self, worker: str) -> None:
        """Note that there is a worker."""
        with self.engine.begin() as connection:
            connection.execute(sa.delete(_WORKERS).where(_WORKERS.c.id == worker))
            connection.execute(sa.insert(_WORKERS).values(id=worker))

    def leave(self, worker: str) -> None:
        """Note that there is a worker no more."""
        with self.engine.begin() as connection:
            connection.execute(sa.delete(_WORKERS).where(_WORKERS.c.id == worker))

    def workers(self) -> list[str]:
        """Return the workers that there are, or were until they died."""
        with self.engine.connect() as connection:
            return list(connection.execute(sa.select(_WORKERS.c.id)).scalars())

    def turn(self, endpoint: str, seconds: float) -> float:
        """Take the next turn at an endpoint, where there is one every so many seconds.

        Returns:
            How long to wait for it, in seconds.
        """
        try:
            return self._turn(endpoint, seconds)
        except sa.exc.IntegrityError:
            # Somebody else took the first turn there is at the same moment.
            return self._turn(endpoint, seconds)

    def _turn(self, endpoint: str, seconds: float) -> float:
        moment = now().timestamp()
        with self.transaction() as transaction:
            connection = transaction.connection
            found = connection.execute(
                sa.select(_PACES.c.next).where(_PACES.c.endpoint == endpoint).with_for_update()
            ).scalar()
            due = max(moment, found or 0.0)
            if found is None:
                connection.execute(sa.insert(_PACES).values(endpoint=endpoint, next=due + seconds))
            else:
                connection.execute(
                    sa.update(_PACES).where(_PACES.c.endpoint == endpoint).values(next=due + seconds)
                )
        return due - moment

    def setting(self, name: str) -> Any:
        """Return what was set for all workers, or None."""
        with self.engine.connect() as connection:
            found = connection.execute(
                sa.select(_SETTINGS.c.value).where(_SETTINGS.c.name == name)
            ).scalar()
        return None if found is None else json.loads(found)

    def set(self, name: str, value: Any) -> None:
        """Set something for all workers."""
        with self.engine.begin() as connection:
            connection.execute(sa.delete(_SETTINGS).where(_SETTINGS.c.name == name))
            connection.execute(sa.insert(_SETTINGS).values(name=name, value=json.dumps(value)))

    def _durations(self, connection: sa.Connection, release: str) -> list[float]:
        """Return how long go-lives of other releases took, in seconds."""
        rows = connection.execute(
            sa.select(_OFFERS.c.data)
            .where(_OFFERS.c.release != release, _OFFERS.c.state == str(OfferState.LIVE))
            .limit(2000)
        )
        records = (Record.from_json(data) for (data,) in rows)
        return [
            (each.ended - each.began).total_seconds()
            for each in records
            if each.began is not None and each.ended is not None and not each.adopted
        ]


def _estimate(records: list[Record], durations: list[float], moment: datetime) -> Estimate | None:
    pending = [each for each in records if not each.state.has_ended]
    if len(durations) < _FEW or not pending:
        return None
    usual = statistics.median(durations)
    quartiles = statistics.quantiles(durations, n=4)
    left = (
        usual - (moment - each.began).total_seconds() if each.began is not None else usual
        for each in pending
    )
    return Estimate(max(0.0, *left), (quartiles[2] - quartiles[0]) / 2, len(durations))


def _event(row: sa.Row[Any]) -> Event:
    data = json.loads(row.data)
    before = data["before"]
    return Event(
        row.id,
        row.release,
        datetime.fromtimestamp(row.at, UTC),
        None if before is None else OfferState(before),
        Record.from_json(json.dumps(data["record"])).view,
    )
