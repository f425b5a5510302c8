"""Which passwords are refused: common and breached ones, and those that others can guess."""

import math
from functools import cache
from importlib import import_module
from typing import Any

from django.conf import settings
from django.contrib.auth.password_validation import CommonPasswordValidator
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

#: A password that takes so few guesses is refused, as a power of ten.
MIN_GUESSES_LOG10 = 9
#: The estimate takes longer with the length; what is longer is judged by its beginning.
JUDGED_LENGTH = 100
MAX_LENGTH = 1000


class GuessablePasswordValidator:
    """Refuses what stands in lists of breached passwords, and small changes of it.

    The lists are those of Django and of zxcvbn, some fifty thousand leaked passwords, names and
    words, and need no network. The shop's name and the person's own names and address count too.
    """

    def validate(self, password: str, user: Any = None) -> None:
        is_listed = password.lower().strip() in _common()
        if is_listed or guesses_log10(password, known_words(user)) < MIN_GUESSES_LOG10:
            raise ValidationError(
                _(
                    "This password is easy to guess: it is common, or close to one that is. "
                    "A few words in a row that do not belong together are better."
                ),
                code="password_guessable",
            )

    def get_help_text(self) -> str:
        return _("Not a password that others use, too.")


class MaximumLengthValidator:
    """All of a password counts, but nobody makes the shop hash a book."""

    def validate(self, password: str, user: Any = None) -> None:
        if len(password) > MAX_LENGTH:
            raise ValidationError(
                _("Use at most %(n)d characters") % {"n": MAX_LENGTH}, code="password_too_long"
            )

    def get_help_text(self) -> str:
        return _("At most %(n)d characters.") % {"n": MAX_LENGTH}


def known_words(user: Any) -> list[str]:
    """What a stranger tries first for ``user`` here."""
    words = [settings.SHOP_NAME, *settings.SHOP_NAME.split()]
    for part in ("email", "username", "first_name", "last_name"):
        text = str(getattr(user, part, "") or "")
        name, _at, domain = text.partition("@")
        words += [text, name, domain, domain.partition(".")[0]]
    return [word for word in words if len(word) > 2]


def guesses_log10(password: str, known: list[str]) -> float:
    """The power of ten of the guesses it takes to find ``password``."""
    judged = password[:JUDGED_LENGTH]
    estimate = _estimator()(judged, user_inputs=known, max_length=JUDGED_LENGTH)
    return math.log10(float(estimate["guesses"]))


@cache
def _common() -> set[str]:
    passwords: set[str] = CommonPasswordValidator().passwords
    return passwords


@cache
def _estimator() -> Any:
    """Loaded at first use: the lists take 14 MB, which most processes never need."""
    return import_module("zxcvbn").zxcvbn
