"""Dates as people read them."""

from datetime import datetime

import pytest
from django.utils import translation
from django.utils.formats import date_format

MOMENT = datetime(2026, 5, 4, 15, 7)


@pytest.mark.parametrize(
    ("form", "words"),
    [
        ("DATE_FORMAT", "4 May 2026"),
        ("DATETIME_FORMAT", "4 May 2026, 15:07"),
        ("SHORT_DATE_FORMAT", "4 May 2026"),
        ("SHORT_DATETIME_FORMAT", "4 May 2026, 15:07"),
    ],
)
def test_a_date_is_read_in_one_way_only(form, words):
    with translation.override("en"):
        assert date_format(MOMENT, form) == words
