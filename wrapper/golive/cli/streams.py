"""The standard streams: what happens when they cannot be written, and text that is harmless there.

Whether the standard output can be written matters to whoever reads it, so its loss ends the command, as
a loss of the output and not as some error of the system. The standard error is for remarks: one that is
full, closed or slow ends nothing.
"""

from __future__ import annotations

import os
import select
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from typing import IO, Any, TextIO, cast

from golive.text import printable

__all__ = ["OutputLost", "discard", "guarded", "say"]

#: How long a standard error that is slow holds up the command for each line at most, in seconds.
PATIENCE = 5.0

#: What a pipe takes without blocking once it takes anything (POSIX, _POSIX_PIPE_BUF), in bytes.
_AT_ONCE = 512


class OutputLost(Exception):
    """The standard output cannot be written any more.

    No OSError, lest a handler of what else goes wrong, such as click's, takes it for that.

    Args:
        cause: What the system says.
    """

    def __init__(self, cause: OSError | ValueError) -> None:
        self.strerror: str = getattr(cause, "strerror", None) or str(cause)
        super().__init__(f"cannot write the output ({self.strerror})")


class _Guarded:
    """A stream whose errors say that they are its own."""

    def __init__(self, stream: IO[Any]) -> None:
        self._stream = stream

    def __getattr__(self, name: str) -> Any:
        value = getattr(self._stream, name)
        return _Guarded(value) if name == "buffer" else value

    def write(self, text: Any) -> Any:
        return self._do(self._stream.write, text)

    def writelines(self, lines: Iterable[Any]) -> None:
        self._do(self._stream.writelines, lines)

    def flush(self) -> None:
        self._do(self._stream.flush)

    def _do(self, action: Callable[..., Any], *arguments: Any) -> Any:
        try:
            return action(*arguments)
        except OSError as error:
            raise OutputLost(error) from None


@contextmanager
def guarded() -> Iterator[None]:
    """Have the standard output raise `OutputLost`, and both streams take any character."""
    for name in ("stdout", "stderr"):
        if getattr(sys, name) is None:
            # The shell closed it (`>&-`).
            setattr(sys, name, open(os.devnull, "w"))  # noqa: PTH123, SIM115
        # A character that the terminal cannot show must not end the wait.
        getattr(getattr(sys, name), "reconfigure", lambda **_: None)(errors="replace")
    stdout = sys.stdout
    sys.stdout = cast("TextIO", _Guarded(stdout))
    try:
        yield
    finally:
        sys.stdout = stdout
        # Python would stumble over what is left at exit, and end with a code of its own.
        for stream in (sys.stdout, sys.stderr):
            try:
                stream.flush()
            except (OSError, ValueError):
                discard(stream)


def discard(stream: IO[str]) -> None:
    """Let what is still to be written go nowhere."""
    with suppress(OSError, ValueError), open(os.devnull, "w") as nowhere:  # noqa: PTH123
        os.dup2(nowhere.fileno(), stream.fileno())


def say(text: str) -> None:
    """Print a line to the standard error, as far as it takes it."""
    line = printable(text) + "\n"
    stream = sys.stderr
    with suppress(OSError, ValueError, OutputLost):
        # What shows a table puts a stream of its own in the place, which prints above it.
        if hasattr(stream, "rich_proxied_file") or not _has_file(stream):
            stream.write(line)
            stream.flush()
            return
        data = line.encode(stream.encoding or "utf-8", "replace")
        stream.flush()
        # Past the stream's buffer, which would try again with each line what could not be written.
        while data and _takes_more(stream):
            data = data[os.write(stream.fileno(), data[:_AT_ONCE]) :]


def _has_file(stream: IO[str]) -> bool:
    try:
        stream.fileno()
    except (OSError, ValueError, AttributeError):
        return False
    return True


def _takes_more(stream: IO[str]) -> bool:
    """Wait until a write would not block; a pipe that nobody reads never takes more."""
    if sys.platform == "win32":
        return True
    return bool(select.select([], [stream], [], PATIENCE)[1])
