"""``python -m tests.lighthouse``: what Lighthouse says of the shop's pages, beside the goals.

The shop runs as in production, on loopback, with the demo products. docs/performance.md says how
to read the tables.
"""

import json
import os
import shutil
import signal
import statistics
import subprocess
import sys
from argparse import ArgumentParser
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from http.client import HTTPConnection
from http.cookies import SimpleCookie
from pathlib import Path
from typing import Any

from tests.bench.__main__ import end_orderly
from tests.bench.driver import HOST, Request
from tests.bench.facts import CSRF_SECRET, Facts
from tests.bench.shops import BenchFailed, new_shop
from tests.find_browser import MISSING, find_browser

#: Least score of each category, of 100. Pages that engines shall not list owe nothing to SEO.
SCORES = {"performance": 95, "accessibility": 100, "best-practices": 95, "seo": 100}
#: Name and most of each, on Lighthouse's slow 4G.
VITALS = {
    "largest-contentful-paint": ("LCP s", 1.8),
    "cumulative-layout-shift": ("CLS", 0.02),
    "total-blocking-time": ("TBT ms", 50),
}
#: What comes over the wire, by the browser's word for it.
PARTS = {
    "Document": "HTML",
    "Stylesheet": "CSS",
    "Script": "JS",
    "Font": "font",
    "Image": "pictures",
    "total": "all",
}
#: Most of each part in kB of 1,024 bytes, without headers.
WEIGHTS = {
    "home": (14, 20, 22, 57, 30, 145),
    "listing": (26, 20, 22, 57, 30, 155),
    "product": (22, 20, 22, 57, 22, 145),
    "cart": (12, 20, 22, 57, 8, 120),
    "checkout": (14, 20, 22, 57, 6, 120),
    "content": (10, 20, 22, 57, 6, 115),
}
#: What is measured has headers, those of a page come to this much.
HEADERS_KB = 1
MOST_REQUESTS = 45
#: Figures vary from run to run without a reason, so the median of an odd number of runs counts.
RUNS = 3
#: Time for one run, in seconds.
RUN_SECONDS = 180
#: What Lighthouse says when Chromium told it nothing of a visit; another one helps.
LOST = "NO_NAVSTART"
ATTEMPTS = 3
BROWSER_SWITCHES = (
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
NO_LIGHTHOUSE = (
    "Lighthouse is not on the PATH. It needs Node: `npm install --global lighthouse`, or say "
    "where it is with --lighthouse."
)


@dataclass(frozen=True)
class Page:
    """An address to look at. ``weights`` names its budget, "" for none."""

    path: str
    weights: str = ""
    cookie: str = ""
    is_indexed: bool = False


@dataclass(frozen=True)
class Report:
    """What was found: scores of 100, vitals and kB in the order of ``VITALS`` and ``PARTS``.

    ``failed`` has the words of each audit that costs points, time or bytes, by its name.
    """

    scores: dict[str, int]
    vitals: dict[str, float]
    weights: dict[str, float]
    requests: int
    failed: dict[str, str]


@dataclass(frozen=True)
class Lighthouse:
    """The programs, and how to look: ``preset`` is "" for a phone or "desktop"."""

    program: str
    browser: str
    preset: str = ""
    theme: str = ""

    def look(self, url: str, cookie: str) -> Report:
        """One run, again where the browser lost it. Raises BenchFailed when it breaks down."""
        cookies = [cookie, f"theme={self.theme}" if self.theme else ""]
        headers = {"Cookie": "; ".join(filter(None, cookies))} if any(cookies) else {}
        command = [
            self.program,
            url,
            "--quiet",
            "--output=json",
            "--output-path=stdout",
            "--no-enable-error-reporting",
            f"--only-categories={','.join(SCORES)}",
            f"--chrome-flags={' '.join(BROWSER_SWITCHES)}",
            f"--extra-headers={json.dumps(headers)}",
            *([f"--preset={self.preset}"] if self.preset else []),
        ]
        for _attempt in range(ATTEMPTS):
            done = self._run(command)
            if LOST not in done.stderr:
                break
        if done.returncode != 0:
            raise BenchFailed(f"{self.program}: {done.stderr[-600:]}")
        return read_report(json.loads(done.stdout))

    def _run(self, command: list[str]) -> subprocess.CompletedProcess[str]:
        try:
            return subprocess.run(
                command,
                env={**os.environ, "CHROME_PATH": self.browser},
                stdin=subprocess.DEVNULL,
                capture_output=True,
                text=True,
                timeout=RUN_SECONDS,
                check=False,
            )
        except (OSError, subprocess.TimeoutExpired) as error:
            raise BenchFailed(f"{self.program}: {error}") from error


def read_report(told: dict[str, Any]) -> Report:
    """What goals are about in Lighthouse's JSON. Raises BenchFailed for a page it did not see."""
    if error := told.get("runtimeError"):
        raise BenchFailed(f"Lighthouse: {error['message']}")
    audits = told["audits"]
    vitals = {name: audits[name]["numericValue"] for name in VITALS}
    vitals["largest-contentful-paint"] /= 1000
    wire = audits["network-requests"]["details"]["items"]
    size: Counter[str] = Counter()
    for item in wire:
        size[item.get("resourceType", "Other")] += item["transferSize"]
        size["total"] += item["transferSize"]
    categories = told["categories"]
    names = {
        ref["id"]: audits[ref["id"]] for one in categories.values() for ref in one["auditRefs"]
    }
    return Report(
        scores={name: round((categories[name]["score"] or 0) * 100) for name in SCORES},
        vitals=vitals,
        weights={part: size[part] / 1024 for part in PARTS},
        requests=len(wire),
        failed={
            name: " ".join(filter(None, (audit["title"], audit.get("displayValue"))))
            for name, audit in names.items()
            if audit["score"] is not None and audit["score"] < 1
        },
    )


def median(reports: Sequence[Report]) -> Report:
    """The middle of each figure by itself, and what failed in any run."""

    def middle(figures: Iterable[dict[str, Any]]) -> dict[str, Any]:
        rows = list(figures)
        return {name: statistics.median_low(row[name] for row in rows) for name in rows[0]}

    return Report(
        scores=middle(report.scores for report in reports),
        vitals=middle(report.vitals for report in reports),
        weights=middle(report.weights for report in reports),
        requests=statistics.median_low(report.requests for report in reports),
        failed={name: text for report in reports for name, text in report.failed.items()},
    )


def missed(page: Page, report: Report) -> list[str]:
    """The goals that ``page`` does not meet, in words."""
    found = [
        f"{name} {report.scores[name]} < {least}"
        for name, least in SCORES.items()
        if report.scores[name] < least and (page.is_indexed or name != "seo")
    ]
    found += [
        f"{word} {report.vitals[name]:.3g} > {most:g}"
        for name, (word, most) in VITALS.items()
        if report.vitals[name] > most
    ]
    found += [
        f"{PARTS[part]} {report.weights[part]:.1f} kB > {most}"
        for part, most in zip(PARTS, WEIGHTS.get(page.weights, ()), strict=False)
        if report.weights[part] > most + HEADERS_KB
    ]
    if report.requests > MOST_REQUESTS:
        found.append(f"{report.requests} requests > {MOST_REQUESTS}")
    return found


def table(found: dict[str, tuple[Page, Report]]) -> str:
    """A line for each page: scores, vitals, kB, requests."""
    vitals = [word for word, _most in VITALS.values()]
    rows = [["page", *SCORES, *vitals, *(f"{word} kB" for word in PARTS.values()), "requests"]]
    for name, (page, report) in found.items():
        scores = [
            str(score) if page.is_indexed or category != "seo" else "–"
            for category, score in report.scores.items()
        ]
        figures = [f"{value:.3g}" for value in report.vitals.values()]
        weights = [f"{value:.1f}" for value in report.weights.values()]
        rows.append([name, *scores, *figures, *weights, str(report.requests)])
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    lines = (zip(row, widths, strict=True) for row in rows)
    return "\n".join("  ".join(cell.ljust(width) for cell, width in line) for line in lines)


def pages_of(facts: Facts, port: int) -> dict[str, Page]:
    """The pages that design goals name, by name; the cart and what follows have a garment."""
    cart = cookies_after(port, replace(facts.add_to_cart(), cookie=f"csrftoken={CSRF_SECRET}"))
    # Begins the checkout, which the page itself would not.
    token = f"csrfmiddlewaretoken={CSRF_SECRET}"
    cookies_after(port, Request("/cart/checkout/", "POST", cart, token, status=303))
    return {
        "home": Page("/", "home", is_indexed=True),
        "category": Page(facts.category, "listing", is_indexed=True),
        "category, one color": Page(f"{facts.category}?color=navy", "listing", is_indexed=True),
        "product": Page(facts.product, "product", is_indexed=True),
        "content": Page("/pages/repairs/", "content", is_indexed=True),
        "search": Page(facts.search_page(facts.search), "listing"),
        "cart": Page("/cart/", "cart", cart),
        "checkout": Page("/checkout/", "checkout", cart),
        "sign-in": Page("/account/login/", "content"),
        "account": Page("/account/", "content", f"sessionid={facts.customer}"),
    }


def cookies_after(port: int, request: Request) -> str:
    """Send the request; the visitor's cookies afterwards. Raises BenchFailed if it is refused."""
    connection = HTTPConnection(HOST, port, timeout=30)
    try:
        connection.request(
            request.method,
            request.path,
            request.body,
            {
                "Cookie": request.cookie,
                "Origin": f"http://{HOST}:{port}",
                "Content-Type": "application/x-www-form-urlencoded",
            },
        )
        answer = connection.getresponse()
    finally:
        connection.close()
    if answer.status != request.status:
        raise BenchFailed(f"{request.path} answers with status {answer.status}")
    cookies = SimpleCookie(request.cookie)
    for line in answer.headers.get_all("Set-Cookie") or ():
        cookies.load(line)
    return "; ".join(f"{name}={cookie.value}" for name, cookie in cookies.items())


def measure(
    lighthouse: Lighthouse, root: str, pages: dict[str, Page], runs: int
) -> dict[str, tuple[Page, Report]]:
    """Look at each page ``runs`` times, one after the other. Raises BenchFailed."""
    found = {}
    for name, page in pages.items():
        print(f"Looking at {name} …", file=sys.stderr, flush=True)
        reports = [lighthouse.look(root + page.path, page.cookie) for _number in range(runs)]
        found[name] = page, median(reports)
    return found


def report(found: dict[str, tuple[Page, Report]]) -> int:
    """Print the table and what is behind it; 1 when a goal is missed."""
    print(table(found))
    is_missed = False
    for name, (page, figures) in found.items():
        goals = missed(page, figures)
        is_missed = is_missed or bool(goals)
        print(f"\n{name}: {'; '.join(goals) or 'meets its goals'}")
        for audit, words in figures.failed.items():
            print(f"  {audit}: {words}")
    return int(is_missed)


def main(words: list[str]) -> int:
    """Look at the pages of a shop of its own and print what was found."""
    parser = ArgumentParser(prog="python -m tests.lighthouse", description=__doc__)
    parser.add_argument("pages", nargs="*", metavar="PAGE", help="a part of its name; default all")
    parser.add_argument("--lighthouse", default="lighthouse", help="the program to run")
    parser.add_argument("--runs", type=int, default=RUNS, help="of each page; the median counts")
    parser.add_argument("--preset", choices=["desktop"], default="", help="not a phone")
    parser.add_argument("--theme", choices=["light", "dark"], default="", help="as a visitor chose")
    parser.add_argument("--data", type=Path, help="keep the shop in this folder and use it again")
    chosen = parser.parse_args(words)
    if (program := shutil.which(chosen.lighthouse)) is None:
        sys.exit(NO_LIGHTHOUSE)
    if (browser := find_browser()) is None:
        sys.exit(MISSING)
    lighthouse = Lighthouse(program, browser, chosen.preset, chosen.theme)
    try:
        with new_shop(chosen.data) as shop:
            facts = shop.prepare(products=1)
            # Nothing ends TLS here, and Lighthouse asks for robots.txt without our headers.
            with shop.open(HTTPS="false") as web:
                pages = pages_of(facts, web.port)
                if chosen.pages:
                    pages = {
                        name: page
                        for name, page in pages.items()
                        if any(part in name for part in chosen.pages)
                    }
                found = measure(lighthouse, f"http://{HOST}:{web.port}", pages, chosen.runs)
    except BenchFailed as error:
        print(error, file=sys.stderr)
        return 2
    return report(found)


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, end_orderly)
    sys.exit(main(sys.argv[1:]))
