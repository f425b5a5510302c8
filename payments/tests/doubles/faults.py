"""A provider's end of the wire on loopback, with a ledger of its own and scripted faults.

A double of one provider writes :meth:`Double.call_of`, :meth:`Double.respond` and what the fault
matrix asks for (``provider``, ``calls``, ``options``, ``method``, ``shopper_pays``, ``charges``).
While an answer hangs, ``settings.PROVIDER_ANSWER_SECONDS`` is short; otherwise a busy machine may
take its time.
"""

import json
import select
import socket
import struct
import threading
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, parse_qsl, urlsplit

from django.conf import settings

#: What may go wrong with a call. Work is done, and nobody hears of it, in those of ``AFTER_WORK``.
FAULTS = ("refused", "lost", "500", "429", "hang", "reset", "garbage")
AFTER_WORK = frozenset({"lost", "500", "hang", "reset", "garbage"})
#: A hanging answer is given up by the double after so many seconds; clients give up earlier.
LONGEST_HANG = 30
#: So long a client waits for an answer that hangs, in seconds.
PATIENCE = 0.3


@dataclass
class Request:
    method: str
    path: str
    query: dict[str, str]
    headers: dict[str, str]
    body: bytes

    def json(self):
        return json.loads(self.body or b"{}")

    def form(self):
        return dict(parse_qsl(self.body.decode(), keep_blank_values=True))


@dataclass
class Reply:
    body: object = field(default_factory=dict)
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)

    def data(self):
        if isinstance(self.body, bytes):
            return self.body
        return json.dumps(self.body).encode()


class Double:
    """See the module's text. ``with`` it: it listens on :attr:`url` until the block ends."""

    #: The provider's name in settings, and the calls of the interface it knows.
    provider = ""
    calls: tuple[str, ...] = ("authorize", "finish", "capture", "void", "refund", "fetch")

    def __init__(self):
        self.lock = threading.RLock()
        self.seen = []
        self._faults = {}
        self._patience = settings.PROVIDER_ANSWER_SECONDS
        self._let_go = threading.Event()
        self._server = _Server(("127.0.0.1", 0), _handler_of(self))
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,))

    def __enter__(self):
        self._thread.start()
        return self

    def __exit__(self, *error):
        self.heal()
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    @property
    def url(self):
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    # --- what each provider's double writes ---

    def options(self):
        """Settings under which the shop talks to this double."""
        return {}

    def call_of(self, request):
        """The call of the interface that ``request`` belongs to; "" for what none is named for."""
        raise NotImplementedError

    def key_of(self, request):
        """The idempotency key that ``request`` carries, "" without one."""
        return request.headers.get("idempotency-key", "")

    def respond(self, request):
        """Do the work and return a :class:`Reply`; called under the double's lock."""
        raise NotImplementedError

    def method(self):
        """A :class:`~payments.providers.base.Method` that is approved."""
        raise NotImplementedError

    def shopper_pays(self, payment):
        """The shopper does what the provider asks, and comes back with these words."""
        return {}

    def charges(self):
        """The ledger: (our key, amount, currency, captured, refunded) of each charge."""
        raise NotImplementedError

    # --- faults ---

    def fail(self, call, how):
        """From now on ``call`` goes wrong; :meth:`heal` ends it."""
        if how not in FAULTS:
            raise ValueError(how)
        self._let_go.clear()
        with self.lock:
            self._faults[call] = how
        if how == "hang":
            settings.PROVIDER_ANSWER_SECONDS = PATIENCE

    def heal(self):
        with self.lock:
            self._faults.clear()
        self._let_go.set()
        settings.PROVIDER_ANSWER_SECONDS = self._patience

    def keys(self, call):
        """The idempotency keys that came with ``call``, in order, lost ones too."""
        return [key for name, key in self.seen if name == call]

    def handle(self, request, line):
        """What goes out for ``request``: a reply, or the name of what happens to the line.

        Nothing is done for a client that left: a busy machine may come to its request only when it
        has asked again.
        """
        call = self.call_of(request)
        with self.lock:
            self.seen.append((call, self.key_of(request)))
            if _has_left(line):
                return "close", None
            how = self._faults.get(call)
            if how == "refused":
                return "reset", None
            if how == "429":
                return None, Reply({"error": "too many requests"}, 429, {"Retry-After": "0"})
            reply = self.respond(request)
        if how == "500":
            return None, Reply({"error": "internal"}, 500)
        if how == "garbage":
            return None, Reply(b"<!doctype html><p>We will be back so", headers=_HTML)
        if how == "hang":
            self._let_go.wait(LONGEST_HANG)
            return "close", None
        if how == "lost":
            return "close", None
        return how, reply


_HTML = {"Content-Type": "text/html"}


def _has_left(line):
    """Whether the other end of the line hung up."""
    told = select.poll()
    told.register(line, select.POLLIN)
    try:
        return bool(told.poll(0)) and not line.recv(1, socket.MSG_PEEK)
    except OSError:
        return True


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request, client_address):
        """Clients that hang up are what this is for."""


def _handler_of(double):
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        timeout = LONGEST_HANG
        # Head and body are two writes: the second would wait until the first is acknowledged.
        disable_nagle_algorithm = True

        def _serve(self):
            length = int(self.headers.get("Content-Length") or 0)
            parts = urlsplit(self.path)
            request = Request(
                self.command,
                parts.path,
                {name: values[0] for name, values in parse_qs(parts.query).items()},
                {name.lower(): value for name, value in self.headers.items()},
                self.rfile.read(length),
            )
            line, reply = double.handle(request, self.connection)
            if line is None:
                self._send(reply)
                return
            self.close_connection = True
            if line == "reset":
                # Half of an answer where there is one, then RST instead of an orderly end.
                if reply is not None:
                    head = f"HTTP/1.1 200 OK\r\nContent-Length: {len(reply.data()) + 64}\r\n\r\n"
                    self.wfile.write(head.encode() + reply.data()[:8])
                now = struct.pack("ii", 1, 0)
                self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, now)
                self.rfile.close()
                self.connection.close()

        do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = _serve

        def _send(self, reply):
            data = reply.data()
            self.send_response(reply.status)
            for name, value in {"Content-Type": "application/json", **reply.headers}.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        def log_message(self, *words):
            """Quiet."""

    return Handler
