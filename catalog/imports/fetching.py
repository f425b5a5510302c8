"""One picture from an address that a file named, without being led anywhere else.

The host must be one of IMPORT_MEDIA_HOSTS. It is resolved once, every address it has must be a
public one, and the connection goes to the address that was looked at, so that a second answer of
the name server changes nothing. Redirects are not followed; size and time are limited.
"""

import http.client
import ipaddress
import socket
import ssl
import threading
from contextlib import suppress
from dataclasses import dataclass
from urllib.parse import urlsplit

from django.conf import settings
from django.utils.translation import gettext as _

from catalog.errors import CatalogError
from catalog.pictures.uploads import MAX_BYTES

#: For each answer of the other side, and for a picture as a whole, in seconds.
PAUSE_SECONDS = 10
WHOLE_SECONDS = 30
_BLOCK = 64 * 1024
_TOO_MANY = 429
_SERVER_ERRORS = range(500, 600)
_Address = ipaddress.IPv4Address | ipaddress.IPv6Address
#: Networks whose addresses hold another one, which the public part of the address does not show.
_TRANSLATED = tuple(
    ipaddress.IPv6Network(net) for net in ("64:ff9b::/96", "64:ff9b:1::/48", "::/96", "fec0::/10")
)


class NotFetched(CatalogError):
    """The picture cannot be had; with ``may_come`` another try is worth it."""

    def __init__(self, reason: str, *, may_come: bool = False) -> None:
        super().__init__(reason)
        self.reason = reason
        self.may_come = may_come


@dataclass(frozen=True)
class _Place:
    host: str
    target: str


def is_allowed(url: str) -> bool:
    """Whether ``url`` is an https address at one of IMPORT_MEDIA_HOSTS."""
    try:
        _place_of(url)
    except NotFetched:
        return False
    return True


def fetch(url: str) -> bytes:
    """What lies at ``url``, at most ``MAX_BYTES``. Raises :class:`NotFetched`."""
    place = _place_of(url)
    connection = _connection_to(place)
    timer: threading.Timer | None = None
    is_late = threading.Event()
    try:
        connection.connect()
        # A server that sends a byte now and then would keep every single time limit.
        timer = threading.Timer(WHOLE_SECONDS, _hang_up, [connection.sock, is_late])
        timer.daemon = True
        timer.start()
        headers = {"User-Agent": "selvedge", "Accept": "image/*", "Connection": "close"}
        connection.request("GET", place.target, headers=headers)
        body = _body(connection.getresponse())
        if is_late.is_set():
            raise TimeoutError
        return body
    except (OSError, http.client.HTTPException) as error:
        raise NotFetched(_("the server does not answer"), may_come=True) from error
    finally:
        if timer is not None:
            timer.cancel()
        connection.close()


def _place_of(url: str) -> _Place:
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port
    except ValueError as error:
        raise NotFetched(_("is no address")) from error
    is_plain = url.isascii() and url.isprintable() and " " not in url and "\\" not in url
    if not is_plain or parts.scheme != "https" or port not in (None, 443) or "@" in parts.netloc:
        raise NotFetched(_("is no https address"))
    if host not in settings.IMPORT_MEDIA_HOSTS:
        raise NotFetched(_("is at a host that is not allowed"))
    query = f"?{parts.query}" if parts.query else ""
    return _Place(host, f"{parts.path or '/'}{query}")


def _connection_to(place: _Place) -> http.client.HTTPConnection:
    port = settings.IMPORT_MEDIA_LOOPBACK_PORT
    if port:
        return http.client.HTTPConnection("127.0.0.1", port, timeout=PAUSE_SECONDS)
    address = _public_address(place.host)
    connection = http.client.HTTPSConnection(
        place.host, 443, timeout=PAUSE_SECONDS, context=ssl.create_default_context()
    )

    def connect_there(
        _where: object, timeout: float | None, source: tuple[str, int] | None
    ) -> socket.socket:
        return socket.create_connection((address, 443), timeout, source)

    # What the name says is not asked again; the certificate must still be that of the host.
    connection._create_connection = connect_there  # type: ignore[attr-defined]
    return connection


def _public_address(host: str) -> str:
    try:
        answers = socket.getaddrinfo(host, 443, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise NotFetched(_("the host is not known"), may_come=True) from error
    addresses = [str(answer[4][0]) for answer in answers]
    if not addresses or not all(map(is_public, addresses)):
        raise NotFetched(_("the host is not on the public net"))
    return addresses[0]


def is_public(text: str) -> bool:
    """Whether an address can belong to a stranger's server: not here, not in our networks."""
    try:
        address: _Address = ipaddress.ip_address(text.partition("%")[0])
    except ValueError:
        return False
    if isinstance(address, ipaddress.IPv6Address):
        inner = address.ipv4_mapped or address.sixtofour or (address.teredo or (None, None))[1]
        if inner is not None or any(address in net for net in _TRANSLATED):
            return False
    return address.is_global and not address.is_multicast and not address.is_reserved


def _body(response: http.client.HTTPResponse) -> bytes:
    if response.status == _TOO_MANY or response.status in _SERVER_ERRORS:
        raise NotFetched(_("the server answers %d") % response.status, may_come=True)
    if response.status != http.client.OK:
        raise NotFetched(_("the server answers %d") % response.status)
    if (response.length or 0) > MAX_BYTES:
        raise NotFetched(_("is larger than %d MB") % (MAX_BYTES // 1024 // 1024))
    parts, size = [], 0
    while part := response.read1(_BLOCK):
        size += len(part)
        if size > MAX_BYTES:
            raise NotFetched(_("is larger than %d MB") % (MAX_BYTES // 1024 // 1024))
        parts.append(part)
    if response.length:
        raise http.client.IncompleteRead(b"", response.length)
    return b"".join(parts)


def _hang_up(sock: socket.socket, is_late: threading.Event) -> None:
    # First, so that the reader does not take the end of the connection for that of the picture.
    is_late.set()
    with suppress(OSError):
        sock.shutdown(socket.SHUT_RDWR)
