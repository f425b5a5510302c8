"""What ``docs/security.md`` says is proven is proven by tests that are there."""

import re
from pathlib import Path

from django.conf import settings

PAGE = Path(settings.BASE_DIR) / "docs" / "security.md"
NAMED = re.compile(r"`((?:[\w.-]+/)+[\w.-]+\.(?:py|conf|md))(?:::(\w+))?`")

ANSWER = re.compile(r"^\| (\d[^|]*) \| [^|]* \| (yes.*) \|$", re.MULTILINE)
#: Answers about documents, choices of libraries and the way code is written: no request shows them.
READ_BY_PEOPLE = {
    "1.1.1, 1.1.2",
    "1.2.9",
    "1.3.10",
    "2.1.1, 2.1.2, 2.1.3",
    "3.5.4",
    "4.1.2",
    "5.1.1",
    "6.2.10",
    "7.1.1, 7.1.2",
    "7.3.2",
    "7.4.4",
    "8.1.1, 8.1.2",
    "11.2.1, 11.2.2, 11.2.3",
    "11.3.1, 11.3.2, 11.3.3",
    "13.1.1",
    "13.4.1",
    "15.1.3, 15.2.2",
    "15.3.1",
    "15.3.5",
    "15.3.6",
    "15.3.7",
    "16.1.1, 16.2.3",
}


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


def test_every_yes_names_a_test_or_is_for_people_to_read():
    answers = dict(ANSWER.findall(PAGE.read_text()))
    unproven = {item for item, answer in answers.items() if "tests/" not in answer}
    assert unproven == READ_BY_PEOPLE
    assert len(answers) > 80
