from django.apps import AppConfig
from django.core import checks
from django.utils.translation import gettext_lazy as _

from payments.checks import check_bank_transfer, check_capture, check_providers


class PaymentsConfig(AppConfig):
    name = "payments"
    verbose_name = _("Payments")

    def ready(self) -> None:
        checks.register(check_providers)
        checks.register(check_capture)
        checks.register(check_bank_transfer)
        # Models can be imported only once all apps are loaded.
        from payments import privacy  # noqa: PLC0415

        privacy.declare()
