"""The contracts, and the proof that a server keeps one. The proof needs the extra `contract`.

`document` is a contract itself, as it ships with the package. `rules` holds what the schemas of the
first cannot say, `proof` has Schemathesis try all of it on a server.
"""

from __future__ import annotations

from importlib import resources

__all__ = ["APIS", "PORTAL", "PRODUCT_INGESTION", "document"]

#: The APIs that there is a contract for: of the Cloud Partner Portal, and Product Ingestion.
PORTAL = "go-live"
PRODUCT_INGESTION = "product-ingestion"
APIS = (PORTAL, PRODUCT_INGESTION)

_SHIPPED = {
    PORTAL: ("golive_api", "golive.yaml"),
    PRODUCT_INGESTION: ("product_ingestion_api", "product-ingestion.yaml"),
}


def document(api: str = PORTAL) -> str:
    """Return a contract: an OpenAPI 3.1 document, as YAML.

    Args:
        api: Of which API, one of `APIS`.
    """
    package, name = _SHIPPED[api]
    return resources.files(package).joinpath(name).read_text("utf-8")
