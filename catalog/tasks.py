"""Background jobs of the catalog."""

from uuid import UUID

from django.utils import timezone
from procrastinate import RetryStrategy
from procrastinate.contrib.django import app

from catalog import export_schedules, exports
from catalog.bulk_edits import APPLY, UNDO, applying, reports
from catalog.content import sitemaps
from catalog.imports import batches, pictures, retention
from catalog.listings import best_sellers, collections, listed
from catalog.models import Media
from catalog.pictures import leftovers, renditions
from catalog.pricing import prices
from catalog.pricing import schedules as price_schedules
from catalog.reviewing import ratings
from catalog.searching import terms as search_terms
from catalog.searching import vocabulary
from catalog.wishes import subscriptions, wishlist
from shop.accounts.models import User


@app.task(
    name=renditions.TASK,
    # A full disk or a storage that is away; what is broken is marked and not tried again.
    retry=RetryStrategy(max_attempts=5, exponential_wait=4, retry_exceptions=[OSError]),
)
def make_renditions(media_id: str) -> None:
    """After an upload: make the picture's smaller copies, unless they are there."""
    media = Media.objects.without_renditions().filter(pk=media_id).first()
    if media is not None:
        renditions.make(media)


@app.periodic(cron="23 4 * * *")
@app.task(queueing_lock="catalog.clean_media", name="catalog.clean_media")
def clean_media(timestamp: int) -> int:
    """Each night: delete uploaded files that no row knows."""
    return leftovers.remove(leftovers.find())


@app.task(name=batches.CHECK, lock="catalog.imports")
def check_import(batch_id: str) -> None:
    """After an upload: read the file and compare it with the shop."""
    batches.check(UUID(batch_id))


@app.task(name=batches.APPLY, lock="catalog.imports")
def apply_import(batch_id: str) -> None:
    """After a confirmation: write the file into the catalog."""
    batches.apply(UUID(batch_id))
    vocabulary.rebuild()


@app.task(name=batches.REVERT, lock="catalog.imports")
def revert_import(batch_id: str, user_id: str = "") -> None:
    """After a change of mind: take an import back."""
    user = User.objects.filter(pk=user_id).first() if user_id else None
    batches.revert(UUID(batch_id), user=user)


@app.task(name=pictures.FETCH, lock="catalog.import_pictures")
def fetch_import_pictures(batch_id: str) -> int:
    """After an import: fetch the pictures that its file names by address."""
    return pictures.fetch_waiting(UUID(batch_id))


@app.periodic(cron="41 4 * * *")
@app.task(queueing_lock="catalog.clean_exchange", name="catalog.clean_exchange")
def clean_exchange(timestamp: int) -> int:
    """Each night: delete old imports and exports with their files."""
    return retention.clean()


@app.periodic(cron="* * * * *")
@app.task(queueing_lock="catalog.keep_price_schedules", name="catalog.keep_price_schedules")
def keep_price_schedules(timestamp: int) -> int:
    """Each minute: end the planned prices whose time is over, then begin those now due."""
    now = timezone.now()
    return price_schedules.end_due(now) + price_schedules.begin_due(now)


@app.periodic(cron="7 2 * * *")
@app.task(queueing_lock="catalog.end_price_announcements", name="catalog.end_price_announcements")
def end_price_announcements(timestamp: int) -> int:
    """Each night: stop announcing reductions that are no news any more."""
    return prices.end_announcements(timezone.now())


@app.periodic(cron="37 3 * * *")
@app.task(queueing_lock="catalog.check_ratings", name="catalog.check_ratings")
def check_ratings(timestamp: int) -> int:
    """Each night: mend ratings that are not those of the reviews."""
    return len(ratings.check_ratings())


@app.task(name=exports.WRITE)
def write_export(export_id: str) -> int:
    """After a large export was asked for: write its file."""
    return exports.write_ordered(UUID(export_id)).row_count


@app.periodic(cron="*/5 * * * *")
@app.task(queueing_lock="catalog.order_planned_exports", name="catalog.order_planned_exports")
def order_planned_exports(timestamp: int) -> int:
    """Each five minutes: order the files of planned exports that are due."""
    return export_schedules.order_due(timezone.now())


@app.periodic(cron="* * * * *")
@app.task(queueing_lock="catalog.count_listings", name="catalog.count_listings")
def count_listings(timestamp: int) -> int:
    """Each minute: count the places whose products changed; the largest each ten minutes."""
    is_turn_of_all = timestamp // 60 % 10 == 0
    return listed.count_places(most=None if is_turn_of_all else listed.LARGE_PLACE)


@app.periodic(cron="*/5 * * * *")
@app.task(queueing_lock="catalog.refresh_collections", name="catalog.refresh_collections")
def refresh_collections(timestamp: int) -> int:
    """Each five minutes: let collections by rule hold what meets their rules."""
    return collections.refresh_all()


@app.periodic(cron="17 * * * *")
@app.task(queueing_lock="catalog.count_units_sold", name="catalog.count_units_sold")
def count_units_sold(timestamp: int) -> int:
    """Each hour: count what was sold lately, for the best-selling order."""
    return best_sellers.count_units_sold()


@app.periodic(cron="11 * * * *")
@app.task(queueing_lock="catalog.begin_sitemap_files", name="catalog.begin_sitemap_files")
def begin_sitemap_files(timestamp: int) -> int:
    """Each hour: begin a file of the sitemap where the last one is full."""
    return sitemaps.begin_files()


@app.periodic(cron="*/5 * * * *")
@app.task(queueing_lock="catalog.mark_subscriptions", name="catalog.mark_subscriptions")
def mark_subscriptions(timestamp: int) -> int:
    """Each five minutes: note who is to be told that a piece is back or cheaper."""
    return subscriptions.mark_due(timezone.now())


@app.periodic(cron="47 3 * * *")
@app.task(queueing_lock="catalog.forget_wishes", name="catalog.forget_wishes")
def forget_wishes(timestamp: int) -> int:
    """Each night: delete the lists guests have left, and addresses nobody needs any more."""
    now = timezone.now()
    return wishlist.delete_forgotten(now) + subscriptions.delete_ended(now)


@app.task(name=APPLY, lock="catalog.bulk_edits")
def apply_bulk_edit(plan_id: str, user_id: str, leave_out: bool) -> None:
    """After a confirmation: change many products."""
    user = User.objects.get(pk=user_id)
    applying.apply(UUID(plan_id), user=user, leave_out=leave_out)


@app.task(name=UNDO, lock="catalog.bulk_edits")
def undo_bulk_edit(plan_id: str, user_id: str) -> None:
    """After a change of mind: take a bulk edit back."""
    reports.undo(UUID(plan_id), user=User.objects.get(pk=user_id), in_background=False)


@app.periodic(cron="* * * * *")
@app.task(queueing_lock="catalog.move_searches", name="catalog.move_searches")
def move_searches(timestamp: int) -> int:
    """Each minute: store what people searched for."""
    return search_terms.move()


@app.periodic(cron="13 4 * * *")
@app.task(queueing_lock="catalog.forget_searches", name="catalog.forget_searches")
def forget_searches(timestamp: int) -> int:
    """Each night: forget searches that nobody makes any more."""
    return search_terms.fade()


@app.periodic(cron="7 3 * * *")
@app.task(queueing_lock="catalog.remake_vocabulary", name="catalog.remake_vocabulary")
def remake_vocabulary(timestamp: int) -> int:
    """Each night, and after an import: count the words that products are about."""
    return vocabulary.rebuild()
