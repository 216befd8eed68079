"""Text from outside, made harmless for terminals, logs and exceptions."""

from __future__ import annotations

import html
import re

__all__ = ["one_line", "plain_text", "printable"]

_LINE_ENDS = re.compile(r"[\t\n\v\f\r\x85\u2028\u2029]+")

# Bounded, so that time grows with length only.
_TAG = re.compile(r"<[^<>]{0,2000}>")


def printable(text: str) -> str:
    """Replace what could drive a terminal; runs of line ends and tabs become one space."""
    line = _LINE_ENDS.sub(" ", text)
    if line.isprintable():
        return line
    return "".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in line)


def one_line(text: str, limit: int = 500) -> str:
    """Return text on one line, cut where it is longer than a limit in characters."""
    line = printable(" ".join(text[: 8 * limit].split()))
    return line if len(line) <= limit else f"{line[:limit]}…"


def plain_text(text: str) -> str:
    """Return the text of HTML without its markup."""
    return html.unescape(_TAG.sub(" ", text))
