"""The list of the newsletter: who asked for it, who confirmed that, and who left.

Nobody is written to but for the one mail that asks the owner of the mailbox. A row is the proof of
the consent: its words, where they stood, and when they were agreed to. Members have the same
consent in their account; both change together.
"""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import Q, QuerySet
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _
from procrastinate.contrib.django import app

from audit import recording
from shop.accounts.models import ConsentRecord, NewsletterSubscription, User
from shop.accounts.privacy import consents

Place = NewsletterSubscription.Place
Status = NewsletterSubscription.Status

#: What people agree to. A change counts from then on: rows keep the words of their time.
CONSENT = _(
    "Yes, write to me about new pieces and repairs, about once a month. "
    "Each mail has a link to stop it."
)
#: Name of the job that sends the mail with the link to confirm.
CONFIRMATION = "accounts.send_newsletter_confirmation"
#: The same address gets that mail again after this long at the earliest, in seconds.
AGAIN_SECONDS = 15 * 60
#: What nobody confirmed is deleted after this long, in days: its link has ended before.
UNCONFIRMED_DAYS = 14
#: The proof that someone was on the list is kept this long after they left, in days.
PROOF_DAYS = 3 * 365
#: What a row says beside whose it is.
_SAID = ("status", "place", "language", "consent", "asked_at", "confirmed_at", "unsubscribed_at")


def ask(*, email: str, place: Place, site_url: str) -> None:
    """Have the owner of ``email`` asked by mail whether they want the newsletter.

    Nobody learns whether the address was on the list: then nothing is written, nor when it was
    asked a moment ago. ``site_url`` is the shop's address, for the links. Two requests at once
    leave one row and send one mail.
    """
    now = timezone.now()
    with recording.batch():
        wish = {**_wish(place, now), "status": Status.PENDING, "confirmed_at": None}
        found, is_new = _locked(email, wish)
        if not is_new:
            is_fresh = found.asked_at > now - timedelta(seconds=AGAIN_SECONDS)
            if found.status == Status.CONFIRMED or (found.status == Status.PENDING and is_fresh):
                return
            _write(found, wish)
        app.configure_task(CONFIRMATION).defer(subscription_id=str(found.pk), site_url=site_url)


def confirm(subscription_id: UUID) -> NewsletterSubscription | None:
    """Put a waiting address on the list, and give its member the consent.

    Changes nothing for one that is on it or has left it; None for one that nobody knows.
    """
    with recording.batch():
        found = _by_key(subscription_id)
        if found is not None and found.status == Status.PENDING:
            _write(found, {"status": Status.CONFIRMED, "confirmed_at": timezone.now()})
            _tell_account(found.email, found.confirmed_at)
            _note(found, is_given=True)
    return found


def unsubscribe(subscription_id: UUID) -> NewsletterSubscription | None:
    """Take an address off the list, and the consent from its member.

    Doing so twice changes nothing; None for a row that was deleted since.
    """
    with recording.batch():
        found = _by_key(subscription_id)
        if found is not None and found.status != Status.UNSUBSCRIBED:
            _write(found, {"status": Status.UNSUBSCRIBED, "unsubscribed_at": timezone.now()})
            _tell_account(found.email, None)
            _note(found, is_given=False)
    return found


def choose(*, user: User, is_wanted: bool) -> None:
    """What a member ticked; their address was confirmed with the account."""
    now = timezone.now()
    with recording.batch():
        if not is_wanted:
            for key in of_address(user.email).values_list("pk", flat=True):
                unsubscribe(key)
            _tell_account(user.email, None)
            return
        wish = {**_wish(Place.ACCOUNT, now), "status": Status.CONFIRMED, "confirmed_at": now}
        found, is_new = _locked(user.email, wish)
        if not is_new and found.status != Status.CONFIRMED:
            _write(found, wish)
            is_new = True
        if is_new:
            _note(found, is_given=True)
        _tell_account(user.email, found.confirmed_at)


def take_over(user: User) -> None:
    """Give a new account the consent that its address gave before."""
    found = of_address(user.email).filter(status=Status.CONFIRMED).first()
    if found is not None:
        _tell_account(user.email, found.confirmed_at)


def follow(*, user: User, before: str) -> None:
    """A member has another address now: what they agreed to goes along with the row itself.

    Nothing is sent to the address ``before`` any more. What the owner of the new mailbox has said
    there already counts more than what the account said.
    """
    with recording.batch():
        found = of_address(before).select_for_update().exclude(status=Status.PENDING).first()
        if found is None:
            take_over(user)
            return
        values: dict[str, Any] = {"email": user.email}
        said = of_address(user.email).select_for_update().first()
        if said is not None:
            if said.status != Status.PENDING:
                values |= {name: getattr(said, name) for name in _SAID}
            said.delete()
        _write(found, values)
        is_on = found.status == Status.CONFIRMED
        _tell_account(user.email, found.confirmed_at if is_on else None)


def of_address(email: str) -> "QuerySet[NewsletterSubscription]":
    """The row of an address, ignoring case."""
    rows = NewsletterSubscription.objects.alias(address=Lower("email"))
    found: QuerySet[NewsletterSubscription] = rows.filter(address=email.lower())
    return found


def forget(now: datetime, *, most: int = 500) -> int:
    """Delete what was never confirmed, and old proof of who left; returns how many rows."""
    unconfirmed = Q(status=Status.PENDING, asked_at__lt=now - timedelta(days=UNCONFIRMED_DAYS))
    left = Q(status=Status.UNSUBSCRIBED, unsubscribed_at__lt=now - timedelta(days=PROOF_DAYS))
    deleted = 0
    while True:
        with recording.batch():
            rows = NewsletterSubscription.objects.filter(unconfirmed | left).order_by("pk")
            keys = list(
                rows.select_for_update(skip_locked=True).values_list("pk", flat=True)[:most]
            )
            NewsletterSubscription.objects.filter(pk__in=keys).delete()
        deleted += len(keys)
        if len(keys) < most:
            return deleted


def _wish(place: Place, now: datetime) -> dict[str, Any]:
    return {
        "place": place,
        "language": get_language() or "",
        "consent": str(CONSENT),
        "asked_at": now,
        "unsubscribed_at": None,
    }


def _locked(email: str, wish: dict[str, Any]) -> tuple[NewsletterSubscription, bool]:
    """The row of an address, locked, and whether it was just made of ``wish``."""
    rows = of_address(email).select_for_update()
    found = rows.first()
    if found is not None:
        return found, False
    try:
        with transaction.atomic():
            return NewsletterSubscription.objects.create(email=email, **wish), True
    except IntegrityError as error:
        if "newsletter_email_unique" not in str(error):
            raise
        # Another request was quicker.
        return rows.get(), False


def _by_key(subscription_id: UUID) -> NewsletterSubscription | None:
    rows = NewsletterSubscription.objects.select_for_update().filter(pk=subscription_id)
    found: NewsletterSubscription | None = rows.first()
    return found


def _write(found: NewsletterSubscription, values: dict[str, Any]) -> None:
    for name, value in values.items():
        setattr(found, name, value)
    found.save(update_fields=list(values))


def _note(found: NewsletterSubscription, *, is_given: bool) -> None:
    """Write it down for good; the row itself says only how things stand now."""
    words = found.consent if is_given else ""
    consents.of_address(
        ConsentRecord.Purpose.NEWSLETTER,
        found.email,
        is_given=is_given,
        words=words,
        place=found.place,
    )


def _tell_account(email: str, consent_at: datetime | None) -> None:
    """Let the account of an address, if there is one, say the same."""
    accounts = User.objects.alias(address=Lower("email")).filter(address=email.lower())
    is_given = consent_at is not None
    accounts.exclude(has_marketing_consent=is_given).update(
        has_marketing_consent=is_given, marketing_consent_at=consent_at
    )
