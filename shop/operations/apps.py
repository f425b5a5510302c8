from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class OperationsConfig(AppConfig):
    name = "shop.operations"
    verbose_name = _("Operations")

    def ready(self) -> None:
        # Importing it registers the check; its models exist only once all apps are loaded.
        from shop.operations import demo, privacy  # noqa: F401, PLC0415

        privacy.declare()
