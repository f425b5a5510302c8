"""Withdrawals from the contract, as they were declared."""

import pgtrigger
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from orders.models.orders import Order
from orders.models.returns import Return
from shop.fields import ChoiceField
from shop.models import Model


class Withdrawal(Model):
    """What somebody declared, as typed; it counts from ``declared_at`` whatever we make of it.

    ``lines`` are the keys of the order lines that were chosen, empty for all of them; ``part``
    names goods in words. A job finds the ``order`` and acts; ``result`` says what it could do.
    """

    class Result(models.TextChoices):
        OPEN = "OPEN", _("Being looked at")
        CANCELED = "CANCELED", _("Order canceled")
        RETURN = "RETURN", _("Return opened")
        STAFF = "STAFF", _("For staff")
        LATE = "LATE", _("Too late")
        UNKNOWN = "UNKNOWN", _("No such order")

    name = models.CharField(_("name"), max_length=200)
    number = models.CharField(_("order number"), max_length=40)
    email = models.EmailField(_("e-mail"), max_length=254)
    part = models.CharField(_("which goods"), max_length=500, blank=True)
    lines = models.JSONField(_("lines"), default=list, blank=True)
    language = models.CharField(_("language"), max_length=10, blank=True, editable=False)
    declared_at = models.DateTimeField(_("declared"), default=timezone.now)
    result = ChoiceField(_("result"), max_length=10, choices=Result.choices, default=Result.OPEN)
    order = models.ForeignKey(
        Order,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="withdrawals",
        verbose_name=_("order"),
    )
    request = models.OneToOneField(
        Return,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="withdrawal",
        verbose_name=_("return"),
    )
    receipt_sent_at = models.DateTimeField(_("receipt sent"), null=True, blank=True)
    #: When staff had dealt with one that the job could not.
    handled_at = models.DateTimeField(_("dealt with"), null=True, blank=True)

    #: What a person must look at.
    FOR_STAFF = (Result.STAFF, Result.LATE, Result.UNKNOWN)

    class Meta(Model.Meta):
        verbose_name = _("withdrawal")
        verbose_name_plural = _("withdrawals")
        ordering = ["-declared_at", "-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(result__in=["OPEN", "UNKNOWN"], order=None)
                | (~Q(result__in=["OPEN", "UNKNOWN"]) & Q(order__isnull=False)),
                name="withdrawal_has_its_order",
            ),
        ]
        indexes = [
            # Staff's list, newest first.
            models.Index(fields=["-declared_at", "-id"], name="withdrawal_newest"),
            # Staff's queue of those that need a person.
            models.Index(
                fields=["declared_at"],
                condition=Q(result__in=["STAFF", "LATE", "UNKNOWN"], handled_at=None),
                name="withdrawal_for_staff",
            ),
            # The job that takes up what another one left behind.
            models.Index(
                fields=["created_at"],
                condition=Q(receipt_sent_at=None),
                name="withdrawal_unanswered",
            ),
        ]
        triggers = [
            *Model.Meta.triggers,
            pgtrigger.ReadOnly(
                name="declaration_is_fixed",
                fields=["name", "number", "email", "part", "lines", "declared_at"],
            ),
        ]

    def __str__(self) -> str:
        return self.number
