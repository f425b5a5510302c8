"""Which messages a person wants: read by who sends them, written by the person alone.

Messages about orders, returns, money and the safety of the account are always sent; they have no
preference.
"""

from collections.abc import Mapping
from typing import Final
from uuid import UUID

from django.db.models import Exists, OuterRef, Q
from django.db.models.functions import Lower

from audit import recording
from shop.accounts.models import NotificationPreference, User

Kind = NotificationPreference.Kind
Channel = NotificationPreference.Channel
#: What somebody chose, or would get without choosing, by kind and channel.
Choices = dict[tuple[Kind, Channel], bool]

#: Sent by mail to who chose nothing. A reminder of a cart needs a consent, and so does any SMS.
SENT_UNASKED: Final = frozenset(
    {Kind.BACK_IN_STOCK, Kind.PRICE_DROP, Kind.BOOKING_REMINDER, Kind.CARD_EXPIRY}
)


def is_default(kind: Kind, channel: Channel) -> bool:
    """Whether who chose nothing gets ``kind`` on ``channel``."""
    return channel == Channel.EMAIL and kind in SENT_UNASKED


def wanted_by(kind: Kind, *, user: str, email: str = "", channel: Channel = Channel.EMAIL) -> Q:
    """A condition for rows whose person wants ``kind``.

    ``user`` names the column with the person's key (NULL for a stranger), ``email`` one with an
    address: it counts like its owner. Strangers have asked for what they get.
    """
    is_sent = is_default(kind, channel)
    rows = NotificationPreference.objects.filter(kind=kind, channel=channel, is_wanted=not is_sent)
    chosen = Q(Exists(rows.filter(user=OuterRef(user))))
    if email:
        people = User.objects.alias(address=Lower("email"))
        owner = people.filter(address=Lower(OuterRef(OuterRef(email))))
        chosen |= Q(Exists(rows.filter(user__in=owner.values("pk"))))
    return ~chosen if is_sent else chosen


def wants(user_id: UUID, kind: Kind, channel: Channel = Channel.EMAIL) -> bool:
    """Whether the person gets ``kind`` on ``channel``. One query."""
    return chosen(user_id)[kind, channel]


def chosen(user_id: UUID) -> Choices:
    """Every kind and channel with what counts for the person. One query."""
    choices = {(k, c): is_default(k, c) for k in Kind for c in Channel}
    rows = NotificationPreference.objects.filter(user=user_id)
    for kind, channel, is_wanted in rows.values_list("kind", "channel", "is_wanted"):
        choices[Kind(kind), Channel(channel)] = is_wanted
    return choices


def in_words(user_id: UUID) -> str:
    """What the person gets beside orders and news, for the back office. One query."""
    wanted = [pair for pair, is_wanted in chosen(user_id).items() if is_wanted]
    return ", ".join(f"{kind.label} ({channel.label})" for kind, channel in wanted)


def choose(*, user_id: UUID, wanted: Mapping[tuple[Kind, Channel], bool]) -> None:
    """Write what the person chose; what stays as it was is not written. Two at once: the last."""
    with recording.batch():
        User.objects.select_for_update(no_key=True).only("pk").get(pk=user_id)
        known = {
            (row.kind, row.channel): row
            for row in NotificationPreference.objects.filter(user=user_id)
        }
        for (kind, channel), is_wanted in wanted.items():
            row = known.get((kind, channel))
            if row is None and is_wanted != is_default(kind, channel):
                NotificationPreference.objects.create(
                    user_id=user_id, kind=kind, channel=channel, is_wanted=is_wanted
                )
            elif row is not None and row.is_wanted != is_wanted:
                row.is_wanted = is_wanted
                row.save(update_fields=["is_wanted"])
