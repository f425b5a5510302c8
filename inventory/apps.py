from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class InventoryConfig(AppConfig):
    name = "inventory"
    verbose_name = _("Stock")

    def ready(self) -> None:
        # Models can be imported only once all apps are loaded.
        from inventory import privacy  # noqa: PLC0415

        privacy.declare()
