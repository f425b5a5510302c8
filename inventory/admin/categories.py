"""Groups of stock in the back office."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from audit.admin import AuditedAdmin
from inventory.models import StockCategory


@admin.register(StockCategory)
class StockCategoryAdmin(AuditedAdmin):
    """Zones that staff make; the classes are made by a job."""

    list_display = ("name", "kind", "code")
    list_filter = ("kind",)
    fields = ("name", "code")
    prepopulated_fields = {"code": ("name",)}

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        is_class = obj is not None and obj.kind == StockCategory.Kind.CLASS
        return not is_class and super().has_change_permission(request, obj)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        is_class = obj is not None and obj.kind == StockCategory.Kind.CLASS
        return not is_class and super().has_delete_permission(request, obj)

    def get_prepopulated_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return {} if obj is not None else self.prepopulated_fields
