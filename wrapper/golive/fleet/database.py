"""The database of a fleet: an SQLite file for one machine, PostgreSQL for several."""

from __future__ import annotations

import re
import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from hashlib import blake2b
from pathlib import Path
from typing import Any, Protocol

import sqlalchemy as sa
from filelock import FileLock, Timeout

from golive.errors import InvalidInput

__all__ = ["Lock", "Locks", "database_url", "is_away", "locks_of", "open_database", "seized", "told"]

#: What no path begins with; a drive has one letter.
_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]+:")
_POSTGRESQL = ("postgres", "postgresql", "postgresql+psycopg")
#: Before this release, SQLite lacks a function that the engine needs.
_WITH_UNIXEPOCH = (3, 42)
#: How long a transaction waits for another one, in seconds.
_PATIENCE = 30


def database_url(named: str | None, folder: Path | None) -> sa.URL:
    """Return the URL of a database.

    Args:
        named: What the user names: a `postgresql://` or `sqlite:///` URL, or the path of a file; None
            for the usual file.
        folder: Where the usual file is; None if the user has no such folder.

    Raises:
        InvalidInput: It is neither, or there is no place for the usual file.
    """
    if named is None:
        if folder is None:
            raise InvalidInput("There is no folder for the fleet's database; name one with --database.")
        return sa.URL.create("sqlite", database=str(folder / "fleet.sqlite"))
    try:
        url = sa.make_url(named) if _SCHEME.match(named) else sa.URL.create("sqlite", database=named)
    except (sa.exc.ArgumentError, ValueError):
        url = None
    if url is not None and url.drivername in _POSTGRESQL:
        return url.set(drivername="postgresql+psycopg")
    if url is not None and url.drivername == "sqlite" and url.database not in (None, "", ":memory:"):
        return url.set(database=str(Path(url.database).expanduser().absolute()))
    # What was given may hold a password.
    raise InvalidInput("The database must be a postgresql:// URL, or the path of an SQLite file.")


def open_database(url: sa.URL) -> sa.Engine:
    """Open a database.

    Raises:
        InvalidInput: The folder of the file cannot be made, or the driver is missing.
    """
    if url.get_backend_name() == "sqlite":
        path = Path(str(url.database))
        try:
            path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        except OSError as error:
            raise InvalidInput(f"Cannot make the folder {path.parent}: {error.strerror}.") from None
        engine = sa.create_engine(
            url, pool_size=20, max_overflow=10, connect_args={"timeout": _PATIENCE}
        )
        sa.event.listen(engine, "connect", _prepare_sqlite)
        return engine
    try:
        return sa.create_engine(url, pool_size=20, max_overflow=10, pool_pre_ping=True)
    except ModuleNotFoundError:
        raise InvalidInput("PostgreSQL requires: pip install 'golive[fleet-postgresql]'") from None


def _prepare_sqlite(connection: sqlite3.Connection, _: object) -> None:
    # Writers queue for the whole of a transaction, instead of failing in the middle of it.
    connection.isolation_level = "IMMEDIATE"
    for pragma in ("journal_mode=WAL", f"busy_timeout={_PATIENCE * 1000}", "foreign_keys=ON"):
        connection.execute(f"PRAGMA {pragma}")
    if sqlite3.sqlite_version_info < _WITH_UNIXEPOCH:
        connection.create_function("unixepoch", 1, lambda _: time.time())


class Lock(Protocol):
    """What a worker holds while it lives; for the dead, the system or the database lets go of it."""

    def is_held(self) -> bool:
        """Tell whether it is still held."""
        ...

    def release(self) -> None:
        """Let go of it."""
        ...


class Locks(Protocol):
    """Locks by the names of workers."""

    def take(self, worker: str) -> Lock | None:
        """Take the lock of a worker; None if somebody has it."""
        ...

    def close(self) -> None:
        """Let go of what it needs itself."""
        ...


def locks_of(engine: sa.Engine) -> Locks:
    """Return the locks of a database."""
    if engine.url.get_backend_name() == "sqlite":
        return _FileLocks(Path(f"{engine.url.database}.workers"))
    return _AdvisoryLocks(engine.url)


class _HeldFile:
    def __init__(self, lock: FileLock) -> None:
        self._lock = lock

    def is_held(self) -> bool:
        # Whoever removes the file lets somebody else take the lock.
        return self._lock.is_locked and Path(self._lock.lock_file).exists()

    def release(self) -> None:
        Path(self._lock.lock_file).unlink(missing_ok=True)
        self._lock.release(force=True)


class _FileLocks:
    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def take(self, worker: str) -> Lock | None:
        self._folder.mkdir(parents=True, exist_ok=True)
        name = blake2b(worker.encode(), digest_size=16).hexdigest()
        lock = FileLock(self._folder / name, blocking=False, thread_local=False)
        try:
            lock.acquire()
        except Timeout:
            return None
        return _HeldFile(lock)

    def close(self) -> None:
        pass


class _HeldConnection:
    def __init__(self, connection: sa.Connection) -> None:
        self._connection = connection

    def is_held(self) -> bool:
        try:
            self._connection.execute(sa.text("select 1"))
        except sa.exc.DBAPIError:
            return False
        return True

    def release(self) -> None:
        # With the connection alone it would go, too, but only when the server notices.
        with suppress(sa.exc.DBAPIError):
            self._connection.execute(sa.text("select pg_advisory_unlock_all()"))
        self._connection.invalidate()
        self._connection.close()


class _AdvisoryLocks:
    """Advisory locks of PostgreSQL, each on a connection of its own, with which it goes."""

    def __init__(self, url: sa.URL) -> None:
        self._engine = sa.create_engine(
            url,
            poolclass=sa.pool.NullPool,
            isolation_level="AUTOCOMMIT",
            # A machine that was unplugged does not say so.
            connect_args={"keepalives_idle": 10, "keepalives_interval": 5, "keepalives_count": 3},
        )

    def take(self, worker: str) -> Lock | None:
        number = int.from_bytes(
            blake2b(f"golive:{worker}".encode(), digest_size=8).digest(), signed=True
        )
        connection = self._engine.connect()
        try:
            query = sa.text("select pg_try_advisory_lock(:number)")
            if connection.execute(query, {"number": number}).scalar():
                return _HeldConnection(connection)
        except BaseException:
            connection.invalidate()
            connection.close()
            raise
        connection.close()
        return None

    def close(self) -> None:
        self._engine.dispose()


@contextmanager
def seized(locks: Locks, worker: str) -> Iterator[bool]:
    """Hold the lock of a worker that may be dead; false if it is not."""
    lock = locks.take(worker)
    try:
        yield lock is not None
    finally:
        if lock is not None:
            lock.release()


def is_away(error: sa.exc.SQLAlchemyError) -> bool:
    """Tell whether an error says that the database cannot be used for now."""
    away = (sa.exc.OperationalError, sa.exc.InterfaceError, sa.exc.TimeoutError)
    return isinstance(error, away) or bool(getattr(error, "connection_invalidated", False))


def told(error: Exception) -> str:
    """Return what a database said, in a line, without the statement and its values."""
    cause: Any = getattr(error, "orig", None) or error
    return (str(cause).strip().splitlines() or [type(cause).__name__])[0]
