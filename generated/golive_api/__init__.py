"""A client library for accessing Cloud Partner Portal publishing API, go-live"""

from .client import AuthenticatedClient, Client

__all__ = (
    "AuthenticatedClient",
    "Client",
)
