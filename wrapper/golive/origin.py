"""Where a service is, and the only place a token is sent to."""

from __future__ import annotations

import ipaddress
from urllib.parse import SplitResult, urlsplit

from attrs import frozen

from golive.errors import InvalidInput

__all__ = ["Origin", "refuse_odd_characters", "shown"]

#: Longer than any address that is given or received can lawfully be.
MAX_LENGTH = 2048

_DEFAULT_PORTS = {"https": 443, "http": 80}


@frozen
class Origin:
    """Scheme, host and port: the only place a token is sent to (RFC 6454, section 4).

    Attributes:
        scheme: `https` or `http`.
        host: The host name in lower case, or an IP address (IPv6 without brackets).
        port: The port, also if it is the scheme's default.
    """

    scheme: str
    host: str
    port: int

    @classmethod
    def of(cls, parts: SplitResult) -> Origin:
        """Return the origin of a split address.

        Raises:
            ValueError: It has no usable scheme, host or port.
        """
        if parts.scheme not in _DEFAULT_PORTS or not parts.hostname:
            raise ValueError("it is not an http or https address")
        port = parts.port
        return cls(parts.scheme, parts.hostname, _DEFAULT_PORTS[parts.scheme] if port is None else port)

    @classmethod
    def parse(cls, endpoint: str, *, allow_http: bool = False) -> Origin:
        """Read the endpoint that the caller gives.

        Args:
            endpoint: For example `https://cloudpartner.azure.com`; no path, query or user.
            allow_http: Also accept plain `http` to a host other than this machine.

        Raises:
            InvalidInput: It is not such an address.
        """
        try:
            refuse_odd_characters(endpoint)
            parts = urlsplit(endpoint)
            if "@" in parts.netloc:
                # Shown without its value: it may hold a password.
                raise InvalidInput("The endpoint must not contain a user or password.")
            origin = cls.of(parts)
        except InvalidInput:
            raise
        except ValueError as error:
            raise InvalidInput(
                f"Invalid endpoint {shown(endpoint)}: {error}."
                " Expected something like https://cloudpartner.azure.com."
            ) from None
        if parts.path not in ("", "/") or parts.query or parts.fragment:
            raise InvalidInput(
                f"The endpoint {shown(endpoint)} must have no path or query: give {origin}."
            )
        if origin.scheme == "http" and not allow_http and not origin.is_loopback:
            raise InvalidInput(
                f"The endpoint {shown(endpoint)} would send the token unencrypted."
                " Use https, or allow http explicitly (allow_http=True, --allow-http)."
            )
        return origin

    @property
    def is_loopback(self) -> bool:
        """Whether it is this machine."""
        if self.host == "localhost":
            return True
        try:
            return ipaddress.ip_address(self.host).is_loopback
        except ValueError:
            return False

    def __str__(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        port = "" if self.port == _DEFAULT_PORTS[self.scheme] else f":{self.port}"
        return f"{self.scheme}://{host}{port}"


def refuse_odd_characters(value: str) -> None:
    """Refuse an address that parsers read differently, or that is too long.

    Raises:
        ValueError: It is one.
    """
    # Before any parsing: urlsplit drops tabs and line ends, and browsers read a backslash as a slash.
    if not value:
        raise ValueError("it is empty")
    if len(value) > MAX_LENGTH:
        raise ValueError(f"it is longer than {MAX_LENGTH} characters")
    for character in value:
        if not "!" <= character <= "~" or character == "\\":
            raise ValueError(f"it contains the character {character!r}")


def shown(value: object) -> str:
    """Return a value as an error shows it."""
    text = repr(value)
    return text if len(text) <= 200 else f"{text[:200]}… ({len(text)} characters)"
