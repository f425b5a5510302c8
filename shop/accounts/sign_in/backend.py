"""Who an e-mail address and a password belong to."""

from typing import Any

from django.contrib.auth.backends import ModelBackend
from django.http import HttpRequest

from shop.accounts.models import User


class AddressBackend(ModelBackend):
    """One read and one slow hash, whether there is such an account or not, and whatever it is.

    Permissions are Django's.
    """

    def authenticate(
        self,
        request: HttpRequest | None,
        username: str | None = None,
        password: str | None = None,
        **credentials: Any,
    ) -> User | None:
        address = credentials.get("email") or username
        if not address or not password:
            return None
        user = User.objects.with_address(address)
        if user is None or not user.has_usable_password():
            User().set_password(password)
            return None
        is_right = user.check_password(password)
        return user if is_right and self.user_can_authenticate(user) else None
