"""Invoices and credit notes: numbered without gaps, and never changed."""

from typing import Any

import pgtrigger
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from orders.models.edits import OrderEdit
from orders.models.orders import Order
from shop.fields import ChoiceField
from shop.models import Model, append_only


class InvoiceKind(models.TextChoices):
    INVOICE = "INVOICE", _("Invoice")
    CREDIT_NOTE = "CREDIT_NOTE", _("Credit note")


class InvoiceSeries(Model):
    """The last number of a kind and year. Its row is locked until the document is committed."""

    #: The documents themselves are the record.
    is_derived = True

    kind = ChoiceField(_("kind"), max_length=12, choices=InvoiceKind.choices)
    year = models.PositiveSmallIntegerField(_("year"))
    last_number = models.PositiveIntegerField(_("last number"), default=0)

    class Meta(Model.Meta):
        verbose_name = _("invoice series")
        verbose_name_plural = _("invoice series")
        constraints = [
            models.UniqueConstraint(fields=["kind", "year"], name="invoice_series_once"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.year}"


class Invoice(Model):
    """A document as it was issued. ``content`` holds all that is printed; ``total`` minor units.

    A credit note names the invoice that it ``corrects``; its total is positive as well. An order
    has an invoice, and another one for each ``edit`` that took the place of the one before.
    """

    order = models.ForeignKey(
        Order, models.PROTECT, related_name="invoices", verbose_name=_("order")
    )
    kind = ChoiceField(_("kind"), max_length=12, choices=InvoiceKind.choices)
    year = models.PositiveSmallIntegerField(_("year"))
    sequence = models.PositiveIntegerField(_("number in its year"))
    number = models.CharField(_("number"), max_length=20, unique=True)
    issued_at = models.DateTimeField(_("issued"))
    currency = models.CharField(_("currency"), max_length=3)
    total = models.BigIntegerField(_("total"))
    corrects = models.ForeignKey(
        "self",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="credit_notes",
        verbose_name=_("corrects"),
    )
    edit = models.ForeignKey(
        OrderEdit,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="invoices",
        verbose_name=_("edit"),
    )
    content: "models.JSONField[Any, Any]" = models.JSONField(
        _("content"), encoder=DjangoJSONEncoder
    )

    class Meta(Model.Meta):
        verbose_name = _("invoice")
        verbose_name_plural = _("invoices")
        ordering = ["-issued_at", "-id"]
        constraints = [
            models.UniqueConstraint(fields=["kind", "year", "sequence"], name="invoice_numbered"),
            models.UniqueConstraint(
                fields=["order", "edit"],
                condition=Q(kind="INVOICE"),
                nulls_distinct=False,
                name="invoice_once_per_order",
            ),
            models.CheckConstraint(
                condition=Q(kind="INVOICE", corrects=None)
                | Q(kind="CREDIT_NOTE", corrects__isnull=False),
                name="invoice_credit_note_corrects_one",
            ),
            models.CheckConstraint(condition=Q(total__gte=0), name="invoice_total_not_negative"),
        ]
        indexes = [
            # The list of the back office, newest first.
            models.Index(fields=["-issued_at", "-id"], name="invoice_newest"),
        ]
        triggers = [
            *append_only(),
            pgtrigger.Trigger(
                name="without_gap",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert,
                # The series is locked by who issues, so that nobody counts beside it.
                func="""
                    IF NEW.sequence <> 1 + coalesce((
                        SELECT max(other.sequence) FROM orders_invoice other
                        WHERE other.kind = NEW.kind AND other.year = NEW.year
                    ), 0) THEN
                        RAISE EXCEPTION 'invoice % would leave a gap', NEW.number
                        USING ERRCODE = 'check_violation', CONSTRAINT = 'invoice_without_gap';
                    END IF;
                    RETURN NEW;
                """,
            ),
        ]

    def __str__(self) -> str:
        return self.number
