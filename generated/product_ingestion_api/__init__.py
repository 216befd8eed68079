"""A client library for accessing Product Ingestion API, go-live"""

from .client import AuthenticatedClient, Client

__all__ = (
    "AuthenticatedClient",
    "Client",
)
