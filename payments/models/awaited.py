"""Money that is waited for: a transfer, or cash where an order is collected."""

from datetime import datetime
from urllib.parse import urljoin

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import Q, Sum
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from orders.edits import differences
from orders.models import Order
from payments.models.bank import BankLine
from shop.fields import ChoiceField
from shop.models import Model


class Awaited(Model):
    """How a placed order will be paid without a provider, and what the transfer must name."""

    class Kind(models.TextChoices):
        TRANSFER = "TRANSFER", _("Bank transfer")
        PICK_UP = "PICK_UP", _("Pay at pick-up")

    order = models.OneToOneField(
        Order, models.PROTECT, related_name="awaited", verbose_name=_("order")
    )
    kind = ChoiceField(_("kind"), max_length=10, choices=Kind.choices)
    reference = models.CharField(
        _("reference"), max_length=25, unique=True, help_text=_("ISO 11649, without blanks.")
    )
    reminded_at = models.DateTimeField(_("reminded"), null=True, blank=True)

    class Meta(Model.Meta):
        verbose_name = _("awaited payment")
        verbose_name_plural = _("awaited payments")
        ordering = ["created_at", "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(reference__regex=r"^RF[0-9]{2}[0-9A-Z]{1,21}$"),
                name="awaited_reference_is_iso_11649",
            ),
        ]
        triggers = [
            *Model.Meta.triggers,
            pgtrigger.ReadOnly(name="reference_is_for_ever", fields=["order", "reference"]),
        ]

    def __str__(self) -> str:
        return self.reference

    @property
    def is_transfer(self) -> bool:
        return self.kind == self.Kind.TRANSFER

    @property
    def reference_shown(self) -> str:
        """The reference in groups of four, as banks print it."""
        return " ".join(self.reference[at : at + 4] for at in range(0, len(self.reference), 4))

    @property
    def account(self) -> dict[str, str]:
        """Where the money goes: ``iban``, ``holder``, and perhaps ``bic`` and ``bank``."""
        return settings.BANK_TRANSFER

    @property
    def iban_shown(self) -> str:
        iban = self.account.get("iban", "").replace(" ", "")
        return " ".join(iban[at : at + 4] for at in range(0, len(iban), 4))

    @property
    def code_url(self) -> str:
        """Where the QR code of the transfer is, a whole address; "" where there is none."""
        if not self.is_transfer or self.order.currency != "EUR":
            return ""
        path = reverse("payments:transfer_code", args=[self.order.token])
        return urljoin(settings.SHOP_URL, path)

    @property
    def arrived(self) -> int:
        """What came of too little so far, in minor units. One query."""
        waiting = BankLine.objects.filter(order=self.order_id).waiting()
        return waiting.aggregate(sum=Sum("amount"))["sum"] or 0

    @property
    def missing(self) -> int:
        """What is still to come, in minor units: of the order, or of what an edit made it dearer.

        One query, up to three more of an order that was paid.
        """
        order = self.order
        if order.is_payable:
            owed = order.total - order.credit_applied
        else:
            edit = differences.awaited(order)
            owed = edit.due if edit else 0
        return max(0, owed - self.arrived) if owed else 0

    @property
    def is_rest(self) -> bool:
        """Whether it is what an edit made the order dearer: nothing ends while it is missing."""
        return not self.order.is_payable

    @property
    def ends_at(self) -> datetime:
        return self.order.payment_due_at
