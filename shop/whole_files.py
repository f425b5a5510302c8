"""Files that nobody ever sees half of."""

import os
import tempfile
from collections.abc import Iterable
from pathlib import Path


def put(target: Path, parts: Iterable[bytes]) -> None:
    """Put ``parts`` at ``target`` in one step; what was there stays when that fails."""
    target.parent.mkdir(parents=True, exist_ok=True)
    descriptor, draft = tempfile.mkstemp(dir=target.parent, prefix=".", suffix=".draft")
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.writelines(parts)
        Path(draft).chmod(0o644)
        Path(draft).replace(target)
    except BaseException:
        Path(draft).unlink(missing_ok=True)
        raise
