"""Payment providers behind one interface. A provider is one module of this folder."""

from django.conf import settings
from django.utils.module_loading import import_string

from payments.errors import UnknownProvider
from payments.providers.interface import Provider
from payments.providers.manual import Manual

#: Where each is. One that is switched off costs no memory: its module and SDK are not loaded.
_PLACES = {
    "SANDBOX": "payments.providers.sandbox.Sandbox",
    "STRIPE": "payments.providers.stripe.Stripe",
    "IYZICO": "payments.providers.iyzico.Iyzico",
    "PAYPAL": "payments.providers.paypal.PayPal",
}
#: Those in use.
_PROVIDERS: dict[str, Provider] = {}
#: Staff note what came; that is never switched off, and no shopper chooses it.
_OF_STAFF: dict[str, Provider] = {"MANUAL": Manual()}


def provider(name: str) -> Provider:
    """The provider called ``name``; raises :class:`UnknownProvider` unless it is switched on."""
    if name in _OF_STAFF:
        return _OF_STAFF[name]
    if name not in settings.PAYMENT_PROVIDERS or name not in _PLACES:
        raise UnknownProvider(name)
    if name not in _PROVIDERS:
        _PROVIDERS[name] = import_string(_PLACES[name])()
    return _PROVIDERS[name]


def names() -> list[str]:
    """Providers shoppers may choose from, in the order of the setting."""
    return [name for name in settings.PAYMENT_PROVIDERS if name in _PLACES]


__all__ = ["Provider", "names", "provider"]
