from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class CatalogConfig(AppConfig):
    name = "catalog"
    verbose_name = _("Catalog")

    def ready(self) -> None:
        # Models can be imported only once all apps are loaded.
        from catalog import privacy  # noqa: PLC0415

        privacy.declare()
