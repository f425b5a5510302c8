from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class OrdersConfig(AppConfig):
    name = "orders"
    verbose_name = _("Orders")

    def ready(self) -> None:
        # Models can be imported only once all apps are loaded.
        from orders import privacy  # noqa: PLC0415
        from orders.carts import sign_in  # noqa: PLC0415

        sign_in.connect()
        privacy.declare()
