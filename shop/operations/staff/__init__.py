"""The back office: Django's admin with the shop's own frame, start page and search."""

from django.contrib.admin.apps import AdminConfig


class StaffConfig(AdminConfig):
    """Stands in INSTALLED_APPS for ``django.contrib.admin``."""

    default_site = "shop.operations.staff.site.StaffSite"
