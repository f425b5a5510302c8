"""Pictures that people sent: given back in the copy of their data, and deleted with it."""

from collections.abc import Collection, Iterator
from pathlib import PurePosixPath
from typing import Any
from uuid import UUID

from django.core.files.storage import default_storage
from django.db import models, transaction

from catalog.models import Media
from shop.models import column_values


def told(media: Media, folder: str) -> Iterator[tuple[str, bytes]]:
    """The name in the copy and the bytes of a picture whose file is still there."""
    if media.file and default_storage.exists(media.file):
        with default_storage.open(media.file) as file:
            yield f"{folder}/{PurePosixPath(media.file).name}", file.read()


def forget(links: type[models.Model], keys: Collection[UUID]) -> list[models.Model]:
    """Delete the rows of ``links`` and their pictures that nothing else shows; returns these.

    A file that a picture with other words shares stays with that one. Files go before the commit:
    who is killed in between finds the rows again. Nothing is announced.
    """
    rows: models.QuerySet[Any] = models.QuerySet(links).filter(pk__in=keys)
    pictures = list(Media.objects.filter(pk__in=rows.values("media")))
    with transaction.atomic():
        _remove(rows)
        lonely = [media for media in pictures if not any(media.uses())]
        shared = _files_of_others(lonely)
        for media in lonely:
            for name in () if media.file in shared else _names(media):
                default_storage.delete(name)
        _remove(models.QuerySet(Media).filter(pk__in=[media.pk for media in lonely]))
        Media.end_cached(column_values(media) for media in lonely)
    return list(lonely)


def _files_of_others(going: Collection[Media]) -> set[str]:
    """Files of the pictures in ``going`` that belong to other pictures, too."""
    same = Media.objects.filter(
        checksum__in={media.checksum for media in going}, file__in={media.file for media in going}
    )
    others = same.exclude(pk__in=[media.pk for media in going])
    return set(others.values_list("file", flat=True))


def _names(media: Media) -> Iterator[str]:
    """The original and all that was made of it."""
    if media.file:
        yield media.file
        stem = media.file.rpartition(".")[0]
        for suffix, widths in media.renditions.items():
            yield from (f"{stem}-{width}.{suffix}" for width in widths)


def _remove(rows: "models.QuerySet[Any]") -> None:
    rows._raw_delete(rows.db)
