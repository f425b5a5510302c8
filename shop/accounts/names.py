"""Public names: nobody passes for the people of the shop."""

import re
import unicodedata

from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

#: Words that only the shop says of itself.
RESERVED = frozenset(
    {"admin", "administrator", "boss", "employee", "manager", "moderator", "official", "owner"}
    | {"root", "seller", "service", "shop", "staff", "support", "system", "team"}
)
#: Letters that look like Latin ones: Cyrillic, Greek, and digits that stand in for letters.
_LOOKALIKES = str.maketrans(
    "авеікмнорстухѕјԁԛԝһӏαβεηικμνορτυχ013457",
    "abeikmhopctyxsjdqwhlabenikmvoptuxoleast",
)
_SCRIPTS = re.compile(r"^(LATIN|CYRILLIC|GREEK)")


def validate_public_name(name: str) -> None:
    """Raise ValidationError for a name that looks like the shop's own, or that plays with letters.

    Letters that cannot be seen and mixtures of alphabets have no place in a name that others see.
    """
    if any(unicodedata.category(letter)[0] == "C" for letter in name) or _is_mixed(name):
        raise ValidationError(_("Use letters of one alphabet"), code="mixed")
    words = re.findall(r"[^\W_]+", folded(name))
    if folded(settings.SHOP_NAME) in "".join(words) or RESERVED.intersection(words):
        raise ValidationError(_("This name is kept for the people of the shop"), code="reserved")


def folded(name: str) -> str:
    """``name`` as the eye takes it: without case, accents, and letters of other alphabets."""
    plain = unicodedata.normalize("NFKD", name).casefold()
    letters = "".join(letter for letter in plain if not unicodedata.combining(letter))
    return letters.translate(_LOOKALIKES)


def _is_mixed(name: str) -> bool:
    found = {
        match[1]
        for letter in name
        if letter.isalpha() and (match := _SCRIPTS.match(unicodedata.name(letter, "")))
    }
    return len(found) > 1
