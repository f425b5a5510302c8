"""Gift cards, store credit, and the one ledger of both. Amounts are minor units of ``currency``."""

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from orders.models import Order, OrderItem
from shop.fields import ChoiceField
from shop.models import Model, append_only

# The balance is what the ledger says, and so is what an order was paid of it. A new version makes
# whoever read the order before read it again. More than the total is refused while it rises only:
# an edit lowers the total first, and then gives back.
_POST = """
    IF NEW.card_id IS NOT NULL THEN
        UPDATE payments_giftcard
        SET balance = balance + NEW.amount,
            issued_amount = issued_amount + CASE NEW.kind WHEN 'ISSUED' THEN NEW.amount ELSE 0 END
        WHERE id = NEW.card_id AND currency = NEW.currency;
    ELSE
        UPDATE payments_creditaccount SET balance = balance + NEW.amount
        WHERE id = NEW.account_id AND currency = NEW.currency;
    END IF;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'credit entry in another currency than its card or account'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'credit_entry_in_one_currency';
    END IF;
    IF NEW.kind IN ('SPENT', 'RETURNED') THEN
        UPDATE orders_order
        SET credit_applied = credit_applied - NEW.amount, version = version + 1
        WHERE id = NEW.order_id AND currency = NEW.currency
            AND (NEW.amount > 0 OR credit_applied - NEW.amount <= total);
        IF NOT FOUND THEN
            RAISE EXCEPTION 'credit of % is more than order % costs', -NEW.amount, NEW.order_id
                USING ERRCODE = 'check_violation', CONSTRAINT = 'credit_entry_within_order_total';
        END IF;
    END IF;
    RETURN NULL;
"""


class GiftCard(Model):
    """Money that whoever has the code may spend here.

    Nobody can read the code: ``code_hash`` is a keyed hash of it, empty until the code was made.
    The database keeps ``issued_amount`` and ``balance`` from the ledger.
    """

    class Status(models.TextChoices):
        ACTIVE = "ACTIVE", _("Active")
        BLOCKED = "BLOCKED", _("Blocked")
        EXPIRED = "EXPIRED", _("Expired")

    code_hash = models.CharField(
        _("hash of the code"), max_length=64, null=True, editable=False, unique=True
    )
    last4 = models.CharField(_("ends with"), max_length=4, blank=True, editable=False)
    status = ChoiceField(_("status"), max_length=10, choices=Status.choices, default=Status.ACTIVE)
    currency = models.CharField(_("currency"), max_length=3)
    issued_amount = models.BigIntegerField(_("issued"), default=0, editable=False)
    balance = models.BigIntegerField(_("balance"), default=0, editable=False)
    expires_at = models.DateTimeField(_("expires"), null=True, blank=True)
    order_item = models.ForeignKey(
        OrderItem,
        models.PROTECT,
        null=True,
        blank=True,
        editable=False,
        related_name="gift_cards",
        verbose_name=_("bought with"),
    )
    unit = models.PositiveSmallIntegerField(_("piece of the line"), default=0, editable=False)
    sender_name = models.CharField(_("from"), max_length=100, blank=True)
    recipient_name = models.CharField(_("recipient"), max_length=100, blank=True)
    recipient_email = models.EmailField(_("recipient's e-mail"), max_length=254, blank=True)
    message = models.CharField(_("message"), max_length=300, blank=True)
    language = models.CharField(_("language"), max_length=10, blank=True)
    send_on = models.DateField(_("to be sent on"), null=True, blank=True)
    sent_at = models.DateTimeField(_("sent"), null=True, blank=True, editable=False)

    class Meta(Model.Meta):
        verbose_name = _("gift card")
        verbose_name_plural = _("gift cards")
        ordering = ["-created_at", "-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["order_item", "unit"], name="gift_card_once_per_unit_sold"
            ),
            models.CheckConstraint(condition=Q(balance__gte=0), name="gift_card_not_below_zero"),
            models.CheckConstraint(
                condition=Q(balance=0) | ~Q(status="EXPIRED"), name="gift_card_expired_is_empty"
            ),
            models.CheckConstraint(
                condition=Q(code_hash=None, last4="") | Q(code_hash__regex=r"^[0-9a-f]{64}$"),
                name="gift_card_code_is_hashed",
            ),
            models.CheckConstraint(
                condition=Q(currency__regex=r"^[A-Z]{3}$"), name="gift_card_currency_is_a_code"
            ),
        ]
        indexes = [
            # Staff's list, newest first.
            models.Index(fields=["-created_at", "-id"], name="gift_card_newest"),
            # The job that ends cards whose time is over.
            models.Index(
                fields=["expires_at"], condition=Q(status="ACTIVE"), name="gift_card_ending"
            ),
            # The job that sends cards when their day has come, and those that a crash left.
            models.Index(
                fields=["send_on"],
                condition=Q(sent_at=None, status="ACTIVE") & ~Q(recipient_email=""),
                name="gift_card_to_send",
            ),
        ]
        triggers = [
            *Model.Meta.triggers,
            pgtrigger.Protect(name="never_deleted", operation=pgtrigger.Delete),
            pgtrigger.ReadOnly(name="origin_is_fixed", fields=["currency", "order_item", "unit"]),
            pgtrigger.Protect(
                name="starts_empty",
                operation=pgtrigger.Insert,
                condition=~pgtrigger.Q(new__balance=0, new__issued_amount=0),
            ),
        ]

    def __str__(self) -> str:
        return f"•••• {self.last4}" if self.last4 else str(_("not sent yet"))

    @property
    def is_spendable(self) -> bool:
        is_over = self.expires_at is not None and self.expires_at <= timezone.now()
        return self.status == self.Status.ACTIVE and self.balance > 0 and not is_over


class CreditAccount(Model):
    """Store credit of a person, or of an e-mail address that nobody has an account with yet."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="credit_accounts",
        verbose_name=_("person"),
    )
    email = models.EmailField(_("e-mail"), max_length=254, blank=True)
    currency = models.CharField(_("currency"), max_length=3)
    balance = models.BigIntegerField(_("balance"), default=0, editable=False)

    class Meta(Model.Meta):
        verbose_name = _("store credit")
        verbose_name_plural = _("store credit")
        ordering = ["-created_at", "-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["user", "currency"], name="credit_account_once_per_person"
            ),
            models.UniqueConstraint(
                Lower("email"),
                "currency",
                condition=Q(user=None),
                name="credit_account_once_per_guest",
            ),
            models.CheckConstraint(
                condition=Q(user__isnull=False) | ~Q(email=""), name="credit_account_has_an_owner"
            ),
            models.CheckConstraint(
                condition=Q(balance__gte=0), name="credit_account_not_below_zero"
            ),
        ]
        triggers = [
            *Model.Meta.triggers,
            pgtrigger.Protect(name="never_deleted", operation=pgtrigger.Delete),
            pgtrigger.ReadOnly(name="currency_is_fixed", fields=["currency"]),
            pgtrigger.Protect(
                name="starts_empty",
                operation=pgtrigger.Insert,
                condition=~pgtrigger.Q(new__balance=0),
            ),
        ]

    def __str__(self) -> str:
        return str(self.user) if self.user_id else self.email


class CreditEntry(Model):
    """A change of one balance, for ever: ``amount`` is positive for what came in.

    ``key`` names the reason: the same key is one entry, however often it is written.
    """

    class Kind(models.TextChoices):
        ISSUED = "ISSUED", _("Issued")
        SPENT = "SPENT", _("Spent")
        RETURNED = "RETURNED", _("Returned")
        EXPIRED = "EXPIRED", _("Expired")
        ADJUSTED = "ADJUSTED", _("Adjusted")

    card = models.ForeignKey(
        GiftCard,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="entries",
        verbose_name=_("gift card"),
    )
    account = models.ForeignKey(
        CreditAccount,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="entries",
        verbose_name=_("store credit"),
    )
    kind = ChoiceField(_("kind"), max_length=10, choices=Kind.choices)
    amount = models.BigIntegerField(_("amount"))
    currency = models.CharField(_("currency"), max_length=3)
    order = models.ForeignKey(
        Order,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="credit_entries",
        verbose_name=_("order"),
    )
    key = models.CharField(_("key"), max_length=120, unique=True)
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("who"),
    )
    reason = models.CharField(_("why"), max_length=300, blank=True)

    class Meta(Model.Meta):
        verbose_name = _("credit entry")
        verbose_name_plural = _("credit entries")
        ordering = ["created_at", "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(card__isnull=False, account=None) | Q(card=None, account__isnull=False),
                name="credit_entry_of_a_card_or_an_account",
            ),
            models.CheckConstraint(
                condition=Q(kind__in=["ISSUED", "RETURNED"], amount__gt=0)
                | Q(kind__in=["SPENT", "EXPIRED"], amount__lt=0)
                | (Q(kind="ADJUSTED") & ~Q(amount=0)),
                name="credit_entry_sign_fits_its_kind",
            ),
            models.CheckConstraint(
                condition=~Q(kind__in=["SPENT", "RETURNED"]) | Q(order__isnull=False),
                name="credit_entry_spent_on_an_order",
            ),
            models.CheckConstraint(condition=~Q(key=""), name="credit_entry_has_a_key"),
        ]
        triggers = [
            *append_only(),
            pgtrigger.Trigger(
                name="post", when=pgtrigger.After, operation=pgtrigger.Insert, func=_POST
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.amount}"
