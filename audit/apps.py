from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class AuditConfig(AppConfig):
    name = "audit"
    verbose_name = _("Audit")

    def ready(self) -> None:
        # Models can be imported only once all apps are loaded.
        from audit import receivers  # noqa: PLC0415

        receivers.connect()
