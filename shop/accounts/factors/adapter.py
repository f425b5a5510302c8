"""Where the shop's second factors differ from django-allauth's."""

from typing import Any

from allauth.mfa.adapter import DefaultMFAAdapter
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from shop.accounts.factors.sealing import open_sealed, seal


class FactorAdapter(DefaultMFAAdapter):
    """Secrets are sealed, the shop is called by its name, and letters are our own."""

    error_messages = {
        **DefaultMFAAdapter.error_messages,
        "unverified_email": _("Confirm your e-mail address first."),
    }

    def encrypt(self, text: str) -> str:
        return seal(text)

    def decrypt(self, encrypted_text: str) -> str:
        return open_sealed(encrypted_text)

    def get_totp_issuer(self) -> str:
        return settings.SHOP_NAME

    def _get_site_name(self) -> str:
        return settings.SHOP_NAME

    def send_notification_mail(self, *args: Any, **kwargs: Any) -> None:
        """Nothing: who adds or removes a factor tells its owner."""
