"""Makes a shop of its own for the crowds, and lets them in."""

import signal
import subprocess
import sys

from tests.bench.__main__ import end_orderly
from tests.bench.shops import PROJECT, BenchFailed, new_shop

SETTINGS = "tests.faults.settings"


def main(words: list[str]) -> int:
    """Run ``manage.py faults`` in a new shop; its exit status, 2 when there is no shop."""
    try:
        with new_shop(None) as shop:
            shop.manage("migrate", "--no-input", "--verbosity=0")
            environment = shop.environment(debug=True, DJANGO_SETTINGS_MODULE=SETTINGS)
            command = [sys.executable, "manage.py", "faults", *words]
            status = _run(command, environment)
            if status:
                print(shop.last_error(), file=sys.stderr)
            return int(bool(status))
    except BenchFailed as error:
        print(error, file=sys.stderr)
        return 2


def _run(command: list[str], environment: dict[str, str]) -> int:
    """The exit status; who is told to end tells the crowds first, so that their shop closes."""
    process = subprocess.Popen(command, cwd=PROJECT, env=environment)
    try:
        return process.wait()
    finally:
        process.terminate()
        process.wait(60)


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, end_orderly)
    sys.exit(main(sys.argv[1:]))
