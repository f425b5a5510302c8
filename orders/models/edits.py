"""Lines that staff changed after the order was placed."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from orders.models.orders import Order
from shop.models import Model, append_only


class CurrentTransaction(models.Func):
    """The number of the transaction that writes the row."""

    function = "txid_current"
    output_field = models.BigIntegerField()


class OrderEdit(Model):
    """A change of an order's lines: who, why, and what they were before and after.

    Amounts are minor units of the order's currency. ``difference`` is how much the total grew.
    ``due`` is what the customer has to pay because of this edit and those before it, and
    ``given_back`` what a paid order gets back. ``key`` makes a repeated form harmless.
    """

    order = models.ForeignKey(Order, models.PROTECT, related_name="edits", verbose_name=_("order"))
    key = models.UUIDField(_("key"), unique=True, editable=False)
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("who"),
    )
    reason = models.CharField(_("why"), max_length=300)
    before = models.JSONField(_("before"))
    after = models.JSONField(_("after"))
    difference = models.BigIntegerField(_("difference"))
    due = models.BigIntegerField(_("to pay"), default=0)
    given_back = models.BigIntegerField(_("given back"), default=0)
    #: The trigger of the lines looks for an edit of its own transaction.
    transaction = models.BigIntegerField(
        _("transaction"), db_default=CurrentTransaction(), editable=False
    )

    class Meta(Model.Meta):
        verbose_name = _("edit of an order")
        verbose_name_plural = _("edits of orders")
        ordering = ["created_at", "id"]
        constraints = [
            models.CheckConstraint(condition=~Q(reason=""), name="order_edit_has_a_reason"),
            models.CheckConstraint(
                condition=Q(due__gte=0, given_back__gte=0) & (Q(due=0) | Q(given_back=0)),
                name="order_edit_is_paid_or_given_back",
            ),
        ]
        triggers = append_only()

    def __str__(self) -> str:
        return self.reason[:60]
