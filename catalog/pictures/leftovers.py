"""Files below the upload folder that no row knows: of failed requests and of rows since deleted."""

import re
from collections.abc import Iterator
from datetime import datetime, timedelta

from django.core.files.storage import default_storage
from django.utils import timezone

from catalog.models import Media

#: Only files that people brought are looked at; drawings are made anew when asked for.
FOLDER = "uploads"
#: Younger files may belong to a request or a job that is still at work.
MIN_AGE = timedelta(days=1)
_RENDITION = re.compile(r"-\d+\.\w+$")


def find(now: datetime | None = None) -> list[str]:
    """Names of files older than a day that belong to no row, in order."""
    before = (now or timezone.now()) - MIN_AGE
    files = Media.objects.filter(file__startswith=f"{FOLDER}/").values_list("file", flat=True)
    known = {_stem(file) for file in files.iterator()}
    return sorted(
        name
        for name in _names(FOLDER)
        if _stem(name) not in known and default_storage.get_modified_time(name) < before
    )


def remove(names: list[str]) -> int:
    """Delete the files of ``names`` that still belong to no row; returns how many."""
    removed = 0
    for name in names:
        if not Media.objects.filter(file__startswith=f"{_stem(name)}.").exists():
            default_storage.delete(name)
            removed += 1
    return removed


def _names(folder: str) -> Iterator[str]:
    if not default_storage.exists(folder):
        return
    folders, files = default_storage.listdir(folder)
    yield from (f"{folder}/{name}" for name in files)
    for name in folders:
        yield from _names(f"{folder}/{name}")


def _stem(name: str) -> str:
    """What an original and its renditions have in common."""
    return _RENDITION.sub("", name) if _RENDITION.search(name) else name.rpartition(".")[0]
