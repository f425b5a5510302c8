"""``python -m shop.embedded [folder]`` stops the servers of a data folder that nobody uses."""

import os
import sys
from pathlib import Path

from shop.embedded import EmbeddedError, stop_unused

PROJECT = Path(__file__).resolve().parents[2]


def main() -> str | None:
    """Message for the exit status, None when the servers are stopped."""
    folder = (
        sys.argv[1] if len(sys.argv) > 1 else os.environ.get("DATA_DIR", str(PROJECT / ".data"))
    )
    try:
        stopped = stop_unused(Path(folder))
    except EmbeddedError as error:
        return str(error)
    return None if stopped else f"The servers in {folder} are in use: stop the shop first."


if __name__ == "__main__":
    sys.exit(main())
