"""What the environment says of the network: a proxy on the way, and whom to trust.

httpx would read the same variables, for all addresses at once, and let a foreign exception out where one
is odd. There is one origin here, so what concerns it is decided when a client is made.
"""

from __future__ import annotations

import importlib.util
import ipaddress
import os
import re
import ssl
import sys
import urllib.request
from collections.abc import Mapping
from pathlib import Path

from attrs import field, frozen

from golive.errors import InvalidInput
from golive.http import httpx
from golive.origin import Origin
from golive.text import one_line

__all__ = ["Proxy", "default_trust", "find_proxy", "trust_of_environment"]

_PORTS = {"http": 80, "https": 443, "socks5": 1080, "socks5h": 1080}

#: How OpenSSL finds a certificate in a folder: by the hash of its subject.
_HASHED = re.compile(r"[0-9a-f]{8}\.[0-9]+")


@frozen
class Proxy:
    """A proxy on the way to the service.

    Attributes:
        scheme: `http`, `https`, `socks5` or `socks5h`.
        host: Its name or address, without brackets.
        port: Its port.
        auth: User and password, if it wants them.
        named_by: The variable that names it.
    """

    scheme: str
    host: str
    port: int
    auth: tuple[bytes, bytes] | None = field(repr=False)
    named_by: str

    @property
    def is_socks(self) -> bool:
        """Whether it speaks SOCKS."""
        return self.scheme.startswith("socks")


def find_proxy(origin: Origin, environ: Mapping[str, str] | None = None) -> Proxy | None:
    """Return the proxy that the environment names for an origin, or None.

    The variables are `https_proxy` or `http_proxy`, then `all_proxy`, each in small letters before
    capital ones; `no_proxy` takes hosts out: names with their subdomains, addresses, networks, each
    perhaps with a port, or `*`. What cannot be read there is ignored. On macOS and Windows the
    system's settings count where no variable is set. This machine is never reached by a proxy.

    Args:
        origin: Where requests go.
        environ: The variables; default those of the process.

    Raises:
        InvalidInput: The proxy cannot be used, or would read the token.
    """
    environ = os.environ if environ is None else environ
    if origin.is_loopback:
        return None
    named = _named(origin, environ)
    if named is None:
        return None
    proxy = _read_proxy(*named)
    if origin.scheme == "http":
        raise InvalidInput(
            f"{proxy.named_by} names a proxy, which would read the token on its way to {origin}."
            f" Use https, or put {origin.host} into NO_PROXY."
        )
    return proxy


def _named(origin: Origin, environ: Mapping[str, str]) -> tuple[str, str] | None:
    """Return the variable that names a proxy, and its value."""
    for kind in (origin.scheme, "all"):
        for name in (f"{kind}_proxy", f"{kind}_proxy".upper()):
            if name == "HTTP_PROXY" and "REQUEST_METHOD" in environ:
                # In a CGI program this may be a header of the request (CVE-2016-5385).
                continue
            value = environ.get(name)
            if value is not None and not value.strip() and name.islower():
                # Empty in small letters takes back what the capital ones say.
                break
            if value and value.strip():
                none = environ.get("no_proxy") or environ.get("NO_PROXY") or ""
                return None if _is_excepted(origin, none) else (name, value.strip())
    return _of_the_system(origin)


def _of_the_system(origin: Origin) -> tuple[str, str] | None:
    if sys.platform not in ("darwin", "win32"):
        return None
    try:
        value = urllib.request.getproxies().get(origin.scheme)
        if not value or urllib.request.proxy_bypass(origin.host):
            return None
    except (OSError, ValueError):
        return None
    return "The system's settings", value


def _is_excepted(origin: Origin, no_proxy: str) -> bool:
    for entry in re.split(r"[,\s]+", no_proxy.lower()):
        if entry == "*":
            return True
        name, port = _without_port(entry)
        if name and port in (None, str(origin.port)) and _covers(name, origin.host):
            return True
    return False


def _without_port(entry: str) -> tuple[str, str | None]:
    if entry.startswith("["):
        name, _, rest = entry[1:].partition("]")
        return name, rest[1:] if rest.startswith(":") else None
    if entry.count(":") == 1:
        name, _, port = entry.partition(":")
        return name, port
    return entry, None


def _covers(name: str, host: str) -> bool:
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        domain = name.removeprefix("*").removeprefix(".")
        return bool(domain) and (host == domain or host.endswith(f".{domain}"))
    try:
        return address in ipaddress.ip_network(name, strict=False)
    except ValueError:
        return False


def _read_proxy(name: str, value: str) -> Proxy:
    """Read a proxy's address, whose value is never shown: it may hold a password."""
    if "://" not in value:
        value = f"http://{value}"
    try:
        url = httpx.URL(value)
        scheme, host, port = url.scheme, url.host, url.port
        if port is not None and not 0 < port < 65_536:
            raise ValueError(port)
        auth = (url.username.encode(), url.password.encode()) if url.userinfo else None
    except (httpx.InvalidURL, ValueError):
        raise InvalidInput(f"{name} names a proxy by what is not an address.") from None
    if scheme not in _PORTS:
        raise InvalidInput(
            f"{name} names a proxy of the kind {one_line(scheme, 40)!r}, which is not known:"
            " give http://, https://, socks5:// or socks5h://."
        )
    if not host or not re.fullmatch(r"[\x21-\x7e]+", url.raw_host.decode("latin-1")):
        raise InvalidInput(f"{name} names a proxy without a host.")
    if scheme.startswith("socks") and importlib.util.find_spec("socksio") is None:
        raise InvalidInput(
            f"{name} names a SOCKS proxy, which needs another package:"
            " python -m pip install 'httpx[socks]'."
        )
    return Proxy(
        scheme, url.raw_host.decode("ascii"), _PORTS[scheme] if port is None else port, auth, name
    )


def trust_of_environment() -> ssl.SSLContext | None:
    """Return whom `SSL_CERT_FILE` and `SSL_CERT_DIR` say to trust, or None if neither is set.

    Raises:
        InvalidInput: There are no certificates where the variable says.
    """
    if log := os.environ.get("SSLKEYLOGFILE"):
        # Tried here, since every context that Python makes opens it.
        try:
            ssl.create_default_context(capath=os.devnull)
        except (OSError, ValueError) as error:
            raise _unusable("SSLKEYLOGFILE", log, _reason(error)) from None
    file, folders = os.environ.get("SSL_CERT_FILE"), os.environ.get("SSL_CERT_DIR")
    if not file and not folders:
        return None
    if folders:
        _check_folders(folders)
    try:
        if file and not Path(file).is_file():
            # Also what would be read without an end.
            raise _unusable("SSL_CERT_FILE", file, "there is no such file")
        context = ssl.create_default_context(cafile=file or None, capath=folders or None)
    except ssl.SSLError:
        raise _unusable("SSL_CERT_FILE", file or "", "it holds no certificate") from None
    except (OSError, ValueError) as error:
        raise _unusable("SSL_CERT_FILE", file or "", _reason(error)) from None
    if file and not folders and context.cert_store_stats()["x509"] == 0:
        raise _unusable("SSL_CERT_FILE", file, "it holds no certificate")
    return context


def default_trust() -> ssl.SSLContext:
    """Return whom httpx trusts where the environment says nothing.

    Raises:
        InvalidInput: Its certificates cannot be read.
    """
    try:
        return httpx.create_ssl_context(trust_env=False)
    except (OSError, ValueError) as error:
        raise InvalidInput(
            f"The certificates that httpx brings cannot be read: {one_line(str(error))}."
            " Name others by SSL_CERT_FILE."
        ) from None


def _check_folders(folders: str) -> None:
    reason = "it holds no certificate under the hash of its subject, as `openssl rehash` names them"
    for folder in folders.split(os.pathsep):
        try:
            if any(_HASHED.fullmatch(path.name) for path in Path(folder).iterdir()):
                return
        except (OSError, ValueError) as error:
            reason = _reason(error)
    raise _unusable("SSL_CERT_DIR", folders, reason)


def _reason(error: OSError | ValueError) -> str:
    return one_line(getattr(error, "strerror", None) or str(error))


def _unusable(name: str, path: str, reason: str) -> InvalidInput:
    return InvalidInput(f"{name} names {one_line(path)!r}, which cannot be used: {reason}.")
