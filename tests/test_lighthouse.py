"""What ``make lighthouse`` makes of Lighthouse's answers; a stand-in gives these."""

import json
import sys

import pytest

from tests import lighthouse
from tests.bench.shops import BenchFailed
from tests.lighthouse import Lighthouse, Page, median, missed, read_report, report, table

HOME = Page("/", "home", is_indexed=True)
CART = Page("/cart/", "cart")


def told(*, score=1, lcp=1500, shift=0, blocked=20, html=10_000, pictures=5_000, failed=()):
    """Lighthouse's JSON, as far as we read it; ``failed`` are names of audits."""
    wire = [("Document", html), ("Image", pictures), ("XHR", 1024)]
    numbers = zip(lighthouse.VITALS, (lcp, shift, blocked), strict=True)
    audits = {name: {"title": name, "score": 1, "numericValue": number} for name, number in numbers}
    audits["network-requests"] = {
        "title": "Requests",
        "score": None,
        "details": {"items": [{"resourceType": kind, "transferSize": size} for kind, size in wire]},
    }
    audits |= {name: {"title": name, "displayValue": "2 links", "score": 0} for name in failed}
    refs = [{"id": name} for name in audits]
    categories = {name: {"score": score, "auditRefs": refs} for name in lighthouse.SCORES}
    return {"audits": audits, "categories": categories}


@pytest.fixture
def stand_in(tmp_path):
    """Makes a program that prints a text, keeps its arguments in a file, and ends with a status."""

    def make(text, status=0):
        program = tmp_path / "lighthouse"
        program.write_text(
            f"#!{sys.executable}\nimport json, pathlib, sys\n"
            f"pathlib.Path({str(tmp_path / 'words')!r}).write_text(json.dumps(sys.argv[1:]))\n"
            f"print({text!r})\nsys.exit({status})\n"
        )
        program.chmod(0o755)
        return Lighthouse(str(program), "chromium")

    return make


def test_a_page_within_its_goals_misses_none():
    assert missed(HOME, read_report(told())) == []


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"lcp": 1900}, "LCP s 1.9 > 1.8"),
        ({"shift": 0.03}, "CLS 0.03 > 0.02"),
        ({"blocked": 51}, "TBT ms 51 > 50"),
        ({"html": 16_000}, "HTML 15.6 kB > 14"),
        ({"pictures": 32_000}, "pictures 31.2 kB > 30"),
    ],
)
def test_each_goal_is_missed_by_itself(change, words):
    assert missed(HOME, read_report(told(**change))) == [words]


def test_only_pages_that_engines_list_owe_anything_to_seo():
    poor = read_report(told(score=0.96))
    assert missed(CART, poor) == ["accessibility 96 < 100"]
    assert missed(HOME, poor) == ["accessibility 96 < 100", "seo 96 < 100"]


def test_the_median_forgets_one_bad_run_but_not_what_failed_in_it():
    runs = [told(), told(score=0.5, lcp=9000, failed=["link-name"]), told(lcp=1700)]
    middle = median([read_report(one) for one in runs])
    assert (middle.scores["performance"], middle.vitals["largest-contentful-paint"]) == (100, 1.7)
    assert middle.failed == {"link-name": "link-name 2 links"}


def test_a_missed_goal_is_told_with_what_failed_and_ends_with_1(capsys):
    good, bad = read_report(told()), read_report(told(score=0.9, failed=["link-name"]))
    assert report({"home": (HOME, good)}) == 0
    assert "home: meets its goals" in capsys.readouterr().out
    assert report({"home": (HOME, good), "cart": (CART, bad)}) == 1
    assert "link-name: link-name 2 links" in capsys.readouterr().out


def test_a_row_says_nothing_of_seo_where_none_is_owed():
    head, _home, cart = table(
        {"home": (HOME, read_report(told())), "cart": (CART, read_report(told()))}
    ).splitlines()
    column = head.index("seo")
    assert (head.split()[:2], cart[column]) == (["page", "performance"], "–")


def test_the_program_gets_the_cookie_and_its_answer_is_read(stand_in, tmp_path):
    found = stand_in(json.dumps(told())).look("http://127.0.0.1:1/cart/", "cart=abc")
    assert found.scores["seo"] == 100
    words = json.loads((tmp_path / "words").read_text())
    assert words[0] == "http://127.0.0.1:1/cart/"
    assert '--extra-headers={"Cookie": "cart=abc"}' in words


def test_a_page_that_was_not_seen_is_a_failure(stand_in):
    away = json.dumps({"runtimeError": {"message": "the page did not load"}})
    with pytest.raises(BenchFailed, match="did not load"):
        stand_in(away).look("http://127.0.0.1:1/", "")
    with pytest.raises(BenchFailed):
        stand_in("", status=1).look("http://127.0.0.1:1/", "")


def test_a_visit_that_the_browser_lost_is_made_again(tmp_path):
    program, been = tmp_path / "lighthouse", tmp_path / "been"
    program.write_text(
        f"#!{sys.executable}\nimport pathlib, sys\nbeen = pathlib.Path({str(been)!r})\n"
        f"been.exists() or (been.touch(), sys.exit('try again (NO_NAVSTART)'))\n"
        f"print({json.dumps(told())!r})\n"
    )
    program.chmod(0o755)
    assert Lighthouse(str(program), "chromium").look("http://127.0.0.1:1/", "").scores["seo"] == 100
    assert been.exists()


def test_without_the_program_it_says_what_to_install(tmp_path):
    with pytest.raises(SystemExit, match="npm install"):
        lighthouse.main(["--lighthouse", str(tmp_path / "nothing")])
