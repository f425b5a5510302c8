"""Letters about an order, each sent once."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from orders.models.orders import Order
from shop.fields import ChoiceField
from shop.models import Model


class OrderMail(Model):
    """A letter that is due, or was sent: one of a kind for each ``reference`` of an order.

    ``reference`` tells letters of one kind apart, such as those about two parcels; it is empty
    for the only one. A worker that sends it has it to itself until ``claimed_until``.
    """

    #: The row is itself the record of what was sent.
    is_derived = True

    class Kind(models.TextChoices):
        PLACED = "PLACED", _("Confirmation")
        PAID = "PAID", _("Payment received")
        SHIPPED = "SHIPPED", _("On its way")
        DELIVERED = "DELIVERED", _("Arrived")
        CANCELED = "CANCELED", _("Canceled")
        REFUNDED = "REFUNDED", _("Refunded")
        TO_PAY = "TO_PAY", _("Link to pay")
        EDITED = "EDITED", _("Order changed")
        RETURN = "RETURN", _("Return")

    order = models.ForeignKey(Order, models.CASCADE, related_name="mails", verbose_name=_("order"))
    kind = ChoiceField(_("kind"), max_length=10, choices=Kind.choices)
    reference = models.CharField(_("reference"), max_length=100, blank=True)
    facts = models.JSONField(
        _("facts"), default=dict, blank=True, help_text=_("Of the event, without persons.")
    )
    claimed_until = models.DateTimeField(_("being sent until"), null=True, blank=True)
    sent_at = models.DateTimeField(_("sent"), null=True, blank=True)

    class Meta(Model.Meta):
        verbose_name = _("order mail")
        verbose_name_plural = _("order mails")
        ordering = ["created_at", "id"]
        constraints = [
            models.UniqueConstraint(fields=["order", "kind", "reference"], name="order_mail_once"),
        ]
        indexes = [
            # The job that queues again what was not sent, and the check for it.
            models.Index(
                fields=["created_at"], condition=Q(sent_at=None), name="order_mail_waiting"
            ),
        ]

    @property
    def is_lapse(self) -> bool:
        """Whether it tells of money that could not be captured in time."""
        return self.kind == self.Kind.TO_PAY and bool(self.facts.get("lapsed"))

    @property
    def is_reminder(self) -> bool:
        """Whether it reminds of an order that was not paid yet."""
        return self.kind == self.Kind.TO_PAY and bool(self.facts.get("reminder"))

    def __str__(self) -> str:
        return f"{self.kind} {self.reference}".strip()
