"""The HTTP library, for everything here: the one place that says which it is.

Its successor has the same names (docs/explanation/transports.md). Only `connections` knows what it is
built on.
"""

from __future__ import annotations

import httpx as httpx

__all__ = ["httpx"]
