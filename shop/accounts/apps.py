from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class AccountsConfig(AppConfig):
    name = "shop.accounts"
    label = "accounts"
    verbose_name = _("Customers and staff")

    def ready(self) -> None:
        # Models can be imported only once all apps are loaded.
        from shop.accounts.privacy import own, retention  # noqa: PLC0415
        from shop.accounts.sign_in import sessions  # noqa: PLC0415

        sessions.connect()
        own.declare()
        retention.declare()
