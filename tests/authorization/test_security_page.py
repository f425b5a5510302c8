"""What ``docs/security.md`` says is proven is proven by tests that are there."""

import re
from pathlib import Path

from django.conf import settings

PAGE = Path(settings.BASE_DIR) / "docs" / "security.md"
NAMED = re.compile(r"`((?:[\w.-]+/)+[\w.-]+\.(?:py|conf|md))(?:::(\w+))?`")


def test_every_file_and_test_that_the_page_names_is_there():
    missing, seen = [], 0
    for name, test in NAMED.findall(PAGE.read_text()):
        file = Path(settings.BASE_DIR) / name
        is_there = file.is_file() and (not test or f"def {test}(" in file.read_text())
        seen += bool(test)
        if not is_there:
            missing.append(f"{name}::{test}")
    assert not missing, "\n".join(missing)
    assert seen > 80


def test_the_page_answers_every_chapter():
    chapters = set(re.findall(r"\bV(\d+)\b", PAGE.read_text()))
    assert {str(number) for number in range(1, 18)} <= chapters
