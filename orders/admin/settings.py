"""Tax in the back office."""

from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from audit.admin import AuditedAdmin
from orders.models import TaxRate


@admin.register(TaxRate)
class TaxRateAdmin(AuditedAdmin):
    """What tax is due where goods arrive."""

    list_display = ("name", "country", "state", "tax_class", "percent")
    list_filter = ("tax_class",)
    search_fields = ("name", "country")

    @admin.display(description=_("rate"), ordering="rate_basis_points")
    def percent(self, rate: TaxRate) -> str:
        return f"{rate.rate_basis_points / 100:g} %"
