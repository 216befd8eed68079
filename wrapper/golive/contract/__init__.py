"""The contract, and the proof that a server keeps it. The proof needs the extra `contract`.

`document` is the contract itself, as it ships with the package. `rules` holds what its schemas cannot
say, `proof` has Schemathesis try all of it on a server.
"""

from __future__ import annotations

from importlib import resources

__all__ = ["document"]


def document() -> str:
    """Return the contract: an OpenAPI 3.1 document, as YAML."""
    return resources.files("golive_api").joinpath("golive.yaml").read_text("utf-8")
