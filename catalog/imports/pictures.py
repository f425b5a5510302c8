"""Pictures that a file named by https addresses: fetched after the import, one by one.

An address that was fetched before gives the picture that is there.
"""

import io
from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _
from procrastinate.contrib.django import app

from audit import recording
from catalog import freshness
from catalog.errors import PictureRefused
from catalog.imports import fetching, links, writing
from catalog.imports.held import scope_of
from catalog.imports.references import fetched_before
from catalog.models import ImportBatch, ImportPicture, Media, Product, ProductMedia
from catalog.pictures import uploads
from shop.actor import Actor, ActorType, acting_as

#: Name of the job in ``catalog.tasks``.
FETCH = "catalog.fetch_import_pictures"
#: Pictures that one job fetches before it makes room for others.
PER_JOB = 50
#: Tries of one picture, and the pause between them in minutes.
MOST_TRIES = 3
PAUSE_MINUTES = 5
#: Problems that a page lists.
SHOWN = 100
Status = ImportPicture.Status


def note(batch: ImportBatch, rows: Iterable[Any]) -> None:
    """Write down which addresses these rows name; call it in the transaction of the import."""
    ImportPicture.objects.bulk_create(
        (
            ImportPicture(
                batch=batch,
                line=row.line,
                product_id=row.product_id,
                color=scope_of(row.options or {}),
                position=position,
                url=text,
            )
            for row in rows
            for position, text in enumerate(row.after.get("media") or [])
            if text.startswith("https://")
        ),
        # Each line of a color names the same pictures.
        ignore_conflicts=True,
    )


def request(batch: ImportBatch, *, minutes: int = 0) -> None:
    """Queue the job that fetches what is waiting, if anything is."""
    if ImportPicture.objects.filter(batch=batch, status=Status.WAITING).exists():
        schedule = {"minutes": minutes} if minutes else None
        app.configure_task(FETCH, schedule_in=schedule).defer(batch_id=str(batch.pk))


def fetch_waiting(batch_id: UUID) -> int:
    """Fetch up to ``PER_JOB`` pictures and put them on their products; how many came.

    Safe to run again. What is left is queued anew; an address that does not answer gets
    ``MOST_TRIES`` tries.
    """
    batch = ImportBatch.objects.select_related("confirmed_by").filter(pk=batch_id).first()
    if batch is None:
        return 0
    user = batch.confirmed_by
    kind = ActorType.STAFF if user else ActorType.SYSTEM
    waiting = ImportPicture.objects.filter(batch=batch, status=Status.WAITING)
    came = 0
    with acting_as(Actor(kind, user.pk if user else None, request_id=batch.audit_id)):
        for picture in list(waiting.order_by("tries", "line", "position")[:PER_JOB]):
            came += _fetch(picture)
    fresh = waiting.filter(tries=0).exists()
    request(batch, minutes=0 if fresh else PAUSE_MINUTES)
    return came


def _fetch(picture: ImportPicture) -> bool:
    product = Product.all_objects.filter(pk=picture.product_id).first()
    if product is None or product.is_deleted:
        return _failed(picture, _("the product is gone"))
    asset = fetched_before([picture.url]).get(picture.url, "")
    media = Media.objects.filter(asset_id=asset).first()
    try:
        if media is None:
            data = fetching.fetch(picture.url)
            media = uploads.store_picture(io.BytesIO(data), alt_text=product.title[:300])
    except fetching.NotFetched as error:
        return _failed(picture, error.reason, may_come=error.may_come)
    except PictureRefused:
        return _failed(picture, _("is no picture that can be used"))
    return _place(picture, media)


def _place(picture: ImportPicture, media: Media) -> bool:
    """Put ``media`` where the file had it among the pictures that are there now."""
    with transaction.atomic(), recording.batch():
        batch = ImportBatch.objects.select_for_update().get(pk=picture.batch_id)
        if batch.status != ImportBatch.Status.APPLIED:
            return _failed(picture, _("the import was reverted"))
        writing.lock(Product, [picture.product_id])
        shown = ProductMedia.objects.filter(
            product=picture.product_id,
            media__kind=Media.Kind.IMAGE,
            option_values={"color": picture.color} if picture.color else {},
        )
        assets = list(shown.order_by("position", "pk").values_list("media__asset_id", flat=True))
        if media.asset_id not in assets:
            assets.insert(picture.position, media.asset_id)
            links.arrange_pictures({(picture.product_id, picture.color): assets})
            freshness.product_changed(picture.product_id)
        picture.status, picture.asset_id, picture.problem = Status.FETCHED, media.asset_id, ""
        picture.save()
    return True


def _failed(picture: ImportPicture, reason: str, *, may_come: bool = False) -> bool:
    picture.tries += 1
    picture.problem = reason
    if not may_come or picture.tries >= MOST_TRIES:
        picture.status = Status.FAILED
    picture.save()
    return False


def told(batch: ImportBatch) -> dict[str, Any]:
    """How many pictures came of how many, and what was wrong with the others, for a page."""
    pictures = ImportPicture.objects.filter(batch=batch)
    return {
        "total": pictures.count(),
        "fetched": pictures.filter(status=Status.FETCHED).count(),
        "waiting": pictures.filter(status=Status.WAITING).count(),
        "problems": pictures.exclude(problem="").order_by("line", "position")[:SHOWN],
    }
