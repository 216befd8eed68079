"""Words that say what they mean, for the help and the documentation."""

from __future__ import annotations

from enum import StrEnum
from typing import Self

__all__ = ["Word"]


class Word(StrEnum):
    """An enumeration of words; a member is written as the word and its meaning.

    Attributes:
        meaning: What it means, in a sentence.
    """

    meaning: str

    def __new__(cls, value: str, meaning: str = "") -> Self:
        """Make a member."""
        member = str.__new__(cls, value)
        member._value_ = value
        member.meaning = meaning
        return member
