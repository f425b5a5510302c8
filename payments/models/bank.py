"""What the bank says came: its statements, line by line."""

from typing import Any, ClassVar, Self

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import Exists, F, OuterRef, Q
from django.utils.translation import gettext_lazy as _

from orders.edits import differences
from orders.models import Order
from payments.models.payments import Payment
from shop.fields import ChoiceField
from shop.models import Model, QuerySet


class BankStatement(Model):
    """A file of the bank: read as it came, looked at by staff, booked once."""

    class Status(models.TextChoices):
        UPLOADED = "UPLOADED", _("Columns unknown")
        READ = "READ", _("To be booked")
        BOOKED = "BOOKED", _("Booked")

    file_name = models.CharField(_("file"), max_length=200)
    digest = models.CharField(_("digest"), max_length=64, unique=True, editable=False)
    status = ChoiceField(
        _("status"), max_length=10, choices=Status.choices, default=Status.UPLOADED
    )
    rows = models.JSONField(
        _("rows"),
        default=list,
        blank=True,
        editable=False,
        help_text=_("The file's rows until they became lines."),
    )
    outgoing = models.PositiveIntegerField(_("lines of money that left"), default=0)
    uploaded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("who"),
    )
    booked_at = models.DateTimeField(_("booked at"), null=True, blank=True)

    #: Lines left out because the bank calls them pending. Who reads the file is told; it is not
    #: stored, since they come again once they are booked.
    pending = 0

    class Meta(Model.Meta):
        verbose_name = _("bank statement")
        verbose_name_plural = _("bank statements")
        ordering = ["-created_at", "-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(status="BOOKED", booked_at__isnull=False)
                | (Q(status__in=["UPLOADED", "READ"]) & Q(booked_at=None)),
                name="bank_statement_booked_has_a_time",
            ),
        ]
        triggers = [
            *Model.Meta.triggers,
            pgtrigger.FSM(
                name="status_machine",
                field="status",
                transitions=[("UPLOADED", "READ"), ("READ", "BOOKED")],
            ),
            pgtrigger.Protect(
                name="booked_stays",
                operation=pgtrigger.Delete,
                condition=pgtrigger.Q(old__status="BOOKED"),
            ),
            pgtrigger.ReadOnly(name="file_is_fixed", fields=["file_name", "digest"]),
        ]

    def __str__(self) -> str:
        return self.file_name


class BankLineQuerySet(QuerySet["BankLine"]):
    def waiting(self) -> Self:
        """Money that was too little and is kept until the rest comes."""
        return self.filter(status=BankLine.Status.HELD, returned_at=None)

    def to_return(self) -> Self:
        """Money that belongs to the sender: more than was due, or for an order that ended.

        What an edit made an order dearer by is due.
        """
        over = Q(status=BankLine.Status.BOOKED, amount__gt=F("used_amount"))
        unused = Q(status__in=[BankLine.Status.OPEN, BankLine.Status.HELD], order__isnull=False)
        is_due = Exists(differences.awaited_edits().filter(order=OuterRef("order")))
        late = unused & ~Q(order__status=Order.Status.PENDING) & ~Q(is_due)
        return self.filter(over | late, returned_at=None)


class BankLine(Model):
    """Money that came, as the bank tells it; ``amount`` in minor units.

    ``fingerprint`` is made of all the bank says of it, so a line that is in two files is known
    again; what it paid is booked once.
    """

    class Status(models.TextChoices):
        OPEN = "OPEN", _("Open")
        BOOKED = "BOOKED", _("Booked")
        HELD = "HELD", _("Too little, waits for the rest")
        DUPLICATE = "DUPLICATE", _("In another statement")

    class Match(models.TextChoices):
        NONE = "", _("Nothing found")
        REFERENCE = "REFERENCE", _("Reference")
        NUMBER = "NUMBER", _("Order number")
        SUGGESTED = "SUGGESTED", _("Amount and name")
        HAND = "HAND", _("By hand")

    statement = models.ForeignKey(
        BankStatement, models.CASCADE, related_name="lines", verbose_name=_("statement")
    )
    position = models.PositiveIntegerField(_("line of the file"))
    booked_on = models.DateField(_("day"))
    currency = models.CharField(_("currency"), max_length=3)
    amount = models.BigIntegerField(_("amount"))
    name = models.CharField(_("sender"), max_length=200, blank=True)
    account = models.CharField(_("sender's account"), max_length=40, blank=True)
    text = models.CharField(_("text"), max_length=1000, blank=True)
    fingerprint = models.CharField(_("fingerprint"), max_length=64, editable=False)
    status = ChoiceField(_("status"), max_length=10, choices=Status.choices, default=Status.OPEN)
    match = ChoiceField(
        _("found by"), max_length=10, choices=Match.choices, default=Match.NONE, blank=True
    )
    order = models.ForeignKey(
        Order,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="bank_lines",
        verbose_name=_("order"),
    )
    payment = models.ForeignKey(
        Payment,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="bank_lines",
        verbose_name=_("payment"),
    )
    used_amount = models.BigIntegerField(_("of it paid the order"), default=0)
    returned_at = models.DateTimeField(_("sent back"), null=True, blank=True)

    objects: ClassVar[Any] = models.Manager.from_queryset(BankLineQuerySet)()

    class Meta(Model.Meta):
        verbose_name = _("bank line")
        verbose_name_plural = _("bank lines")
        ordering = ["-booked_on", "statement", "position"]
        constraints = [
            models.UniqueConstraint(
                fields=["fingerprint"],
                condition=Q(status__in=["BOOKED", "HELD"]),
                name="bank_line_books_once",
            ),
            models.UniqueConstraint(fields=["statement", "position"], name="bank_line_place_once"),
            models.CheckConstraint(condition=Q(amount__gt=0), name="bank_line_is_money_in"),
            models.CheckConstraint(
                condition=Q(status="BOOKED", order__isnull=False, payment__isnull=False)
                & Q(used_amount__gt=0, used_amount__lte=F("amount"))
                | Q(status="HELD", order__isnull=False, payment=None, used_amount=0)
                | Q(status__in=["OPEN", "DUPLICATE"], payment=None, used_amount=0),
                name="bank_line_status_fits_what_it_paid",
            ),
        ]
        indexes = [
            # Lines that nobody has dealt with, and those that wait for the rest.
            models.Index(
                fields=["booked_on"],
                condition=Q(status__in=["OPEN", "HELD"]),
                name="bank_line_waiting",
            ),
            # Is a line of a new file known already?
            models.Index(fields=["fingerprint"], name="bank_line_fingerprint"),
        ]
        triggers = [
            *Model.Meta.triggers,
            pgtrigger.FSM(
                name="status_machine",
                field="status",
                transitions=[
                    ("OPEN", "BOOKED"),
                    ("OPEN", "HELD"),
                    ("OPEN", "DUPLICATE"),
                    ("HELD", "BOOKED"),
                ],
            ),
            pgtrigger.ReadOnly(
                name="bank_said_so",
                fields=[
                    "statement",
                    "position",
                    "booked_on",
                    "currency",
                    "amount",
                    "name",
                    "account",
                    "text",
                    "fingerprint",
                ],
            ),
        ]

    def __str__(self) -> str:
        return f"{self.booked_on} {self.amount} {self.currency}"

    @property
    def excess(self) -> int:
        """More than was due, in minor units."""
        return self.amount - self.used_amount if self.status == self.Status.BOOKED else 0
