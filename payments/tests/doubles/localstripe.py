"""localstripe, a Stripe server by other people, on loopback.

It stays a tool: it is installed with its own locked requirements into a folder beside the data of
the embedded servers, runs in a process of its own, and nothing of the shop imports it.
"""

import fcntl
import os
import subprocess
import sys
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path

import httpx
import pytest
from django.conf import settings

from payments.tests.doubles.faults import Double, Reply

LOCKS = [settings.BASE_DIR / f"requirements/localstripe{part}.txt" for part in ("-build", "")]
#: Seconds for an installation, and after which a forgotten server ends by itself.
INSTALL_SECONDS, LIFE_SECONDS = 300, 240
#: Its own start listens on all addresses and writes what it knows to a file in /tmp.
START = """
import signal, socket, sys
from aiohttp import web
from localstripe import resources, server
signal.alarm(int(sys.argv[1]))
resources.Store.dump_to_disk = lambda self: None
line = socket.create_server(("127.0.0.1", 0))
print(line.getsockname()[1], flush=True)
web.run_app(server.app, sock=line, access_log=None, print=None)
"""


def installed():
    """The folder with localstripe as it is locked; an installation happens once for each lock."""
    lock = sha256(b"".join(path.read_bytes() for path in LOCKS)).hexdigest()[:16]
    folder = Path(settings.DATA_DIR) / "tools" / f"localstripe-{lock}-{sys.hexversion:x}"
    folder.parent.mkdir(parents=True, exist_ok=True)
    with open(folder.parent / "localstripe.lock", "w") as guard:
        fcntl.flock(guard, fcntl.LOCK_EX)
        if not (folder / "is-complete").exists():
            for path in LOCKS:
                _install(path, folder)
            (folder / "is-complete").touch()
    return folder


def _install(lock, folder):
    command = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--require-hashes"]
    command += ["--upgrade", "--no-build-isolation", "--target", str(folder), "-r", str(lock)]
    done = subprocess.run(
        command,
        env=os.environ | {"PYTHONPATH": str(folder)},
        capture_output=True,
        text=True,
        timeout=INSTALL_SECONDS,
        check=False,
    )
    if done.returncode:
        pytest.fail(
            f"The package index does not serve what {lock.name} asks for:\n{done.stderr[-2000:]}",
            pytrace=False,
        )


@contextmanager
def running():
    """Run a server with nothing in it; gives its address."""
    server = subprocess.Popen(
        [sys.executable, "-c", START, str(LIFE_SECONDS)],
        env={"PYTHONPATH": str(installed()), "PATH": os.environ["PATH"]},
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        port = server.stdout.readline().strip()
        assert port.isdigit(), "localstripe did not start"
        yield f"http://127.0.0.1:{port}"
    finally:
        server.kill()
        server.wait()
        server.stdout.close()


class ThroughLocalstripe(Double):
    """The way to localstripe, on which faults may be put, and a few words are translated.

    Requests: it refuses ``return_url`` and ``allowed_payment_method_types``, which it does not know
    yet. Answers: it has no ``amount_received``, and shows what a partial capture releases as a
    refund, as Stripe did until 2025.
    """

    provider = "STRIPE"
    unknown = ("return_url", "allowed_payment_method_types[0]")

    def __init__(self, address):
        super().__init__()
        self.address = address

    def options(self):
        return {
            "PAYMENT_PROVIDERS": ["STRIPE"],
            "STRIPE_SECRET_KEY": "sk_test_localstripe",
            "STRIPE_WEBHOOK_SECRET": "whsec_localstripe",
            "STRIPE_API_URL": self.url,
        }

    def call_of(self, request):
        acts = {"payment_intents": "authorize", "capture": "capture", "cancel": "void"}
        acts["refunds"] = "refund"
        return (
            acts.get(request.path.split("/")[-1], "fetch") if request.method == "POST" else "fetch"
        )

    def respond(self, request):
        form = {name: text for name, text in request.form().items() if name not in self.unknown}
        answer = httpx.request(
            request.method,
            self.address + request.path,
            params=request.query,
            data=form or None,
            headers={"Authorization": request.headers["authorization"]},
            timeout=20,
        )
        body = answer.json()
        return Reply(
            _as_now(body) if body.get("object") == "payment_intent" else body, answer.status_code
        )

    def do(self, path, **form):
        """What Stripe's script in the browser, or its dashboard, would send."""
        headers = {"Authorization": "Bearer sk_test_localstripe"}
        answer = httpx.post(self.address + path, data=form, headers=headers, timeout=20)
        return answer.raise_for_status().json() if answer.content else None


def _as_now(intent):
    charge = intent.get("latest_charge")
    if charge:
        rows = charge["refunds"]["data"]
        released = sum(row["amount"] for row in rows if not row["payment_intent"])
        charge["amount_refunded"] -= released
        intent["amount_received"] = (charge["amount"] - released) * charge["captured"]
    return intent
