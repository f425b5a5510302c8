"""How often somebody may try to get in, counted in PostgreSQL: a loss of Redis opens no door.

Tries are few and each costs a slow hash or a mail, so one more statement is nothing. What is
counted is taken before the try and given back where it succeeds; many at once are all counted.

Nobody locks an owner out: a browser that was signed in before has counts of its own, who is refused
a password may still ask for a code or a new password by mail, and a new password ends the count of
wrong second factors, because who guessed at them had the old one.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from django.db import connection
from django.http import HttpRequest
from django.utils import timezone
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext as _

from audit.models import SecurityEvent
from audit.security import note
from shop.accounts.models import Tries, User
from shop.accounts.sign_in import known_devices
from shop.accounts.sign_in.networks import network_of
from shop.actor import client_ip
from shop.errors import TooManyRequests
from shop.models import new_id

SOURCE, PAIR, ACCOUNT = "source", "pair", "account"
_DAY: Final = 24 * 3600


@dataclass(frozen=True)
class Limit:
    """So many tries in so many seconds, counted per source, per account, or per pair of both.

    The limit of an account as a whole is for all sources that it does not know together, and for
    each browser that it knows by itself.
    """

    per: str
    most: int
    seconds: int


#: What is limited. A source is a known browser, an IPv4 address, or a /64 of IPv6.
LIMITS: Final[dict[str, tuple[Limit, ...]]] = {
    # With a password. Success gives it back.
    "sign_in": (Limit(SOURCE, 20, 60), Limit(PAIR, 5, 300), Limit(ACCOUNT, 50, 3600)),
    # With an authenticator app or a recovery code. Success gives it back. Whoever has the password
    # would need decades to come upon a code of six digits by chance.
    "second_factor": (Limit(SOURCE, 20, 60), Limit(PAIR, 5, 300), Limit(ACCOUNT, 30, _DAY)),
    "sign_up": (Limit(SOURCE, 20, 60),),
    # Asking for a link or a code by mail.
    "reset": (Limit(SOURCE, 20, 60), Limit(PAIR, 5, 300)),
    "code": (Limit(SOURCE, 20, 60), Limit(PAIR, 5, 300)),
    # Typing such a code; each is given up after three wrong tries anyway.
    "code_try": (Limit(SOURCE, 20, 60),),
    # Opening the link and choosing the password.
    "new_password": (Limit(SOURCE, 20, 60),),
    # A new password that ends the count of wrong second factors: who can read the mailbox must not
    # get as many guesses as there are letters.
    "forgiven": (Limit(ACCOUNT, 1, _DAY),),
    # Another address of one's own: each asks a mailbox that may be a stranger's.
    "email_change": (Limit(SOURCE, 20, 3600), Limit(ACCOUNT, 10, 3600)),
    # Letters to one mailbox, whoever asks for them: more are simply not sent.
    "mailbox": (Limit(ACCOUNT, 10, 3600),),
}

_TABLE = Tries._meta.db_table
_COUNT = f"""
    INSERT INTO {_TABLE} AS tries (id, key, count, ends_at) VALUES {{rows}}
    ON CONFLICT (key) DO UPDATE SET
        count = CASE WHEN tries.ends_at <= %s THEN 1 ELSE tries.count + 1 END,
        ends_at = CASE WHEN tries.ends_at <= %s THEN excluded.ends_at ELSE tries.ends_at END
    RETURNING key, count, ends_at
"""  # noqa: S608 - the table's own name


@dataclass(frozen=True)
class Spent:
    """Tries that were counted."""

    keys: tuple[str, ...]

    def give_back(self) -> None:
        """Count them no more: the try was a good one."""
        with connection.cursor() as cursor:
            cursor.execute(
                f"UPDATE {_TABLE} SET count = count - 1 WHERE key = ANY(%s) AND count > 0",  # noqa: S608
                [sorted(self.keys)],
            )


def spend(request: HttpRequest, action: str, *, account: str = "") -> Spent:
    """Count one more try of ``action`` at ``account``, the e-mail address as it was typed.

    Raises :class:`~shop.errors.TooManyRequests` beyond a limit, and notes the first refusal of a
    span as a lock-out. It costs the same whether there is such an account or not.
    """
    device = known_devices.id_for(request, account)
    source = f"device {device}" if device else network_of(client_ip(request))
    keys = {_key(action, one, source, account, device): one for one in LIMITS[action]}
    counts = _count(keys)
    over = {key: ends_at for key, (count, ends_at) in counts.items() if count > keys[key].most}
    if over:
        firsts = [keys[key].per for key in over if counts[key][0] == keys[key].most + 1]
        if account and action in ("sign_in", "second_factor") and set(firsts) & {PAIR, ACCOUNT}:
            _note_lock_out(action, account, firsts)
        wait = max(over.values()) - timezone.now()
        raise TooManyRequests(int(wait.total_seconds()) + 1, _words(action))
    return Spent(tuple(keys))


def may_write_to(mailbox: str) -> bool:
    """Whether one more letter may go to this address; counts it."""
    return _is_within("mailbox", mailbox)


def forgive(account: str) -> None:
    """There is a new password: wrong second factors after the old one count no more.

    Once a day, and only those of browsers that the account does not know.
    """
    if _is_within("forgiven", account):
        of_account = [one for one in LIMITS["second_factor"] if one.per == ACCOUNT]
        keys = [_key("second_factor", one, "", account) for one in of_account]
        Tries.objects.filter(key__in=keys).delete()


def forget(now: datetime) -> int:
    """Delete counts of the past; returns how many."""
    deleted, _rows = Tries.objects.filter(ends_at__lt=now).delete()
    return deleted


def _is_within(action: str, account: str) -> bool:
    """Count one more, whoever asks; whether that is within the one limit there is."""
    (limit,) = LIMITS[action]
    key = _key(action, limit, "", account)
    count, _ends_at = _count({key: limit})[key]
    return count <= limit.most


def _count(keys: dict[str, Limit]) -> dict[str, tuple[int, datetime]]:
    """Add one to each; in the order of keys, so that two requests do not wait for each other."""
    now = timezone.now()
    rows: list[Any] = []
    for key in sorted(keys):
        rows += [new_id(), key, 1, now + timedelta(seconds=keys[key].seconds)]
    with connection.cursor() as cursor:
        cursor.execute(
            _COUNT.format(rows=", ".join(["(%s, %s, %s, %s)"] * len(keys))), [*rows, now, now]
        )
        return {key: (count, ends_at) for key, count, ends_at in cursor.fetchall()}


def _key(action: str, limit: Limit, source: str, account: str, device: str = "") -> str:
    parts = {
        SOURCE: [source],
        PAIR: [source, account.strip().lower()],
        ACCOUNT: [account.strip().lower(), device],
    }
    name = "\n".join([action, limit.per, *parts[limit.per]])
    return salted_hmac("accounts.tries", name, algorithm="sha256").hexdigest()


def _note_lock_out(action: str, account: str, firsts: list[str]) -> None:
    user = User.objects.with_address(account)
    note(
        SecurityEvent.Kind.LOCKED_OUT,
        user_id=user.pk if user else None,
        payload={"at": action, "per": firsts},
    )


def _words(action: str) -> str:
    """What was limited, and the way that stays open."""
    words = {
        "sign_in": _(
            "There were too many tries to sign in. You can also sign in with a code that we send "
            "by e-mail, or choose a new password."
        ),
        "second_factor": _(
            "There were too many wrong codes. A passkey still works, and so does a browser that "
            "you signed in with before. Or choose a new password by e-mail first."
        ),
        "sign_up": _("Too many accounts were asked for from here."),
        "reset": _("Too many links were asked for. Look into your mailbox, also into the spam."),
        "code": _("Too many codes were asked for. Look into your mailbox, also into the spam."),
        "code_try": _("There were too many wrong codes."),
        "new_password": _("There were too many tries."),
        "email_change": _("Too many changes of the address were asked for."),
    }
    return words[action]
