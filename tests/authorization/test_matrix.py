"""Route by method by role by own, foreign and missing object: who gets what."""

import pytest

from tests.authorization.asking import Answer, routes
from tests.authorization.headers import faults, is_private
from tests.authorization.routes import DEVELOPMENT, LOGIN, ROWS, STEP_UP, Row, Who
from tests.authorization.world import ROLES

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("unrendered")]

STRANGERS = ("anonymous", "suspended")
#: Where nothing depends on who asks: nobody, somebody, and who may most.
SOME = ("anonymous", "customer", "admin")


def expected(row: Row, method: str, role: str, which: str) -> int | str:
    """What the row says about one cell."""
    cell = row.get if method == "get" else row.post
    if cell == 405:
        return 405
    is_stranger = role in STRANGERS
    if row.who is Who.MEMBER and is_stranger:
        return row.strangers or LOGIN
    if row.who is Who.GUEST and not is_stranger:
        return row.others
    if row.who is Who.OWNER:
        if is_stranger:
            return row.others if row.strangers is None else row.strangers
        if which == "own":
            return cell if role == "customer" else row.others
        return row.missing if which == "missing" else row.others
    return row.missing if which == "missing" else cell


def is_personal(row: Row, answer: Answer) -> bool:
    """Whether the answer is one person's own, and not the way to sign in."""
    leads_away = answer.response.status_code == 405 or answer.fits(LOGIN) or answer.fits(STEP_UP)
    return row.who in (Who.MEMBER, Who.OWNER, Who.LINK) and not leads_away


def is_refused(row: Row, role: str, which: str, answer: Answer) -> bool:
    """Whether nothing may have come of the request."""
    is_theirs = role == "customer" and which == "own"
    return str(answer)[:3] in ("403", "404", "405") or (row.who is Who.OWNER and not is_theirs)


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.name)
def test_a_page_of_the_shop_answers_each_role_as_its_row_says(row, asker):
    wrong = []
    for which in asker.kinds(row.objects):
        url = asker.url(row.name, row.objects, which)
        for method in ("get", "post"):
            if (row.get if method == "get" else row.post) == 405 and which != "own":
                continue  # No object is looked for.
            for role in SOME if row.who in (Who.EVERYONE, Who.LINK) else ROLES:
                answer = asker.ask(role, method, url)
                wanted = expected(row, method, role, which)
                if not answer.fits(wanted):
                    wrong.append(f"{role}, {method} of {which}: {answer}, not {wanted}")
                elif found := faults(answer.response):
                    wrong.append(f"{role}, {method} of {which}: {found}")
                elif is_personal(row, answer) and not is_private(answer.response):
                    wrong.append(f"{role}, {method} of {which}: may be kept on the way")
                elif is_refused(row, role, which, answer) and answer.writes:
                    wrong.append(f"{role}, {method} of {which}: refused, but {answer.writes}")
    assert not wrong, "\n".join([row.name, *wrong])


def test_every_route_of_the_shop_has_one_row():
    names = [row.name for row in ROWS]
    found = {name for name, paths in routes().items() if not paths[0].startswith("admin/")}
    missing, unknown = found - set(names), set(names) - found
    assert not missing, (
        f"tests/authorization/routes.py has no row for {sorted(missing)}: say there who may"
    )
    assert not unknown, f"tests/authorization/routes.py has rows for no route: {sorted(unknown)}"
    assert len(names) == len(set(names))


def test_pages_for_development_are_none_of_the_shop():
    assert not routes().keys() & {row.name for row in DEVELOPMENT}


#: Whoever sends these has no page of ours to take a token from; they prove themselves otherwise.
WITHOUT_TOKEN = {
    "accounts:stop",
    "catalog:subscription",
    "newsletter:unsubscribe",
    "payments:challenge_return",
    "payments:webhook",
}


def test_no_form_is_taken_without_its_token(asker):
    taken = [
        row.name
        for row in ROWS
        if row.post != 405
        and row.name not in WITHOUT_TOKEN
        and str(asker.ask("customer", "post", asker.url(row.name, row.objects), is_strict=True))
        != "403"
    ]
    assert taken == []


def test_other_methods_change_nothing(asker):
    wrong = []
    for row in ROWS:
        url = asker.url(row.name, row.objects)
        for method in ("put", "patch", "delete", "options", "trace"):
            answer = asker.ask("customer", method, url)
            if answer.response.status_code >= 500 or answer.writes:
                wrong.append(f"{row.name} {method}: {answer} {answer.writes}")
    assert not wrong, "\n".join(wrong)
