"""Writing a file without destroying anything: what is there is replaced as a whole, or not at all."""

from __future__ import annotations

import errno
import os
import secrets
import stat
import sys
from contextlib import suppress
from io import FileIO
from pathlib import Path
from typing import IO

__all__ = ["write_file"]


def write_file(path: Path, text: str, *, mode: int = 0o666) -> None:
    """Write a text to a file, in UTF-8.

    A plain file gets all of the text or keeps what it held. Links are followed, and modes kept. What is
    no plain file, such as a device, a pipe or `/dev/stdout`, is written to.

    Args:
        path: The file.
        text: What it holds afterwards.
        mode: The permissions of a file that is new, less the umask.

    Raises:
        OSError: It cannot be written.
    """
    data = text.encode("utf-8", "replace")
    try:
        # Of what a link leads to.
        there = path.stat()
    except FileNotFoundError:
        _replace(Path(os.path.realpath(path)), data, mode, None)
        return
    if stream := _stream(there):
        stream.write(text)
        stream.flush()
    elif stat.S_ISDIR(there.st_mode):
        raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR), str(path))
    elif not stat.S_ISREG(there.st_mode):
        # Without O_CREAT, which Linux refuses for somebody else's pipe in /tmp.
        with FileIO(os.open(path, os.O_WRONLY), "w") as device:
            _write(device, data)
    elif not os.access(path, os.W_OK):
        # Replacing it would take no more than a folder that can be written to.
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), str(path))
    else:
        _renew(Path(os.path.realpath(path)), data, there)


def _stream(there: os.stat_result) -> IO[str] | None:
    """Return the stream of this process that a file is, which has a place in it to write at."""
    for stream in (sys.stdout, sys.stderr):
        with suppress(OSError, ValueError):
            if os.path.samestat(there, os.fstat(stream.fileno())):
                return stream
    return None


def _renew(path: Path, data: bytes, there: os.stat_result) -> None:
    """Replace a plain file, or write into it where replacing would change more than what it holds."""
    if there.st_nlink == 1:
        with suppress(PermissionError, _ReadOnly):
            _replace(path, data, stat.S_IMODE(there.st_mode), there)
            return
    with path.open("r+b", buffering=0) as file:
        before = file.read()
        try:
            _fill(file, data)
        except BaseException:
            _fill(file, before)
            raise


class _ReadOnly(Exception):
    """The folder takes no new file."""


def _replace(path: Path, data: bytes, mode: int, there: os.stat_result | None) -> None:
    new = path.with_name(f".golive-{secrets.token_hex(8)}")
    # So the umask is heeded; a file that is there already may be for fewer eyes than a new one.
    created = mode if there is None else 0o600
    try:
        handle = os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0), created)
    except OSError as error:
        if there is not None and error.errno in (errno.EROFS, errno.ENOSPC, errno.EDQUOT):
            raise _ReadOnly from error
        raise
    try:
        with FileIO(handle, "w") as file:
            if there is not None and hasattr(os, "fchmod"):
                if (there.st_uid, there.st_gid) != _owner(handle):
                    os.fchown(handle, there.st_uid, there.st_gid)
                os.fchmod(handle, mode)
            _fill(file, data)
            # A disk on the network may say only now that it is full.
            os.fsync(handle)
        new.replace(path)
    except BaseException:
        new.unlink(missing_ok=True)
        raise


def _owner(handle: int) -> tuple[int, int]:
    made = os.fstat(handle)
    return made.st_uid, made.st_gid


def _fill(file: FileIO, data: bytes) -> None:
    file.seek(0)
    _write(file, data)
    file.truncate(len(data))


def _write(file: FileIO, data: bytes) -> None:
    left = memoryview(data)
    while left:
        left = left[file.write(left) :]
