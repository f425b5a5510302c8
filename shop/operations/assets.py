"""Static files: built and collected when their sources changed, not at every start."""

import hashlib
import os
from collections.abc import Iterator
from pathlib import Path

from django.conf import settings
from django.core.management import call_command

STAMP = "sources.sha256"


def refresh_static_files() -> bool:
    """Run ``build_css`` and ``collectstatic`` if a source changed; whether they ran."""
    root = Path(settings.STATIC_ROOT)
    stamp = root / STAMP
    if stamp.is_file() and stamp.read_text() == _fingerprint():
        return False
    call_command("build_css", verbosity=0)
    call_command("collectstatic", interactive=False, verbosity=0)
    stamp.write_text(_fingerprint())
    return True


def _fingerprint() -> str:
    """Digest over name, size and time of all static sources and of the pinned packages."""
    digest = hashlib.sha256()
    for path in sorted(_sources()):
        status = path.stat()
        digest.update(f"{path}\0{status.st_size}\0{status.st_mtime_ns}\n".encode())
    return digest.hexdigest()


def _sources() -> Iterator[Path]:
    yield settings.BASE_DIR / "requirements" / "runtime.txt"
    yield settings.BASE_DIR / "shop" / "stylesheets.py"
    for folder in settings.STATICFILES_DIRS:
        for parent, _folders, files in os.walk(folder):
            yield from (Path(parent, name) for name in files)
