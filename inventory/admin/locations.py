"""Warehouses and stores in the back office."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from audit.admin import AuditedAdmin
from inventory import availability
from inventory.models import Location


@admin.register(Location)
class LocationAdmin(AuditedAdmin):
    """Warehouses and stores."""

    list_display = ("name", "code", "kind", "priority", "can_ship", "can_pick_up")
    prepopulated_fields = {"code": ("name",)}

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        super().save_model(request, obj, form, change)
        if "can_ship" in form.changed_data:
            availability.changed(obj.stocks.values_list("variant_id", flat=True))
