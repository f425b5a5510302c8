"""The back office: route by method by role by object that is there and that is not."""

from uuid import uuid4

import pytest
from django.apps import apps
from django.test import override_settings
from django.urls import NoReverseMatch, reverse

from tests.authorization.asking import routes
from tests.authorization.staff_routes import EMPLOYEE, NOBODY, PAGES, TABLES
from tests.authorization.world import ROLES, STAFF

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("unrendered", "no_factor_needed")]

LOGIN = "302 /admin/login/"
#: Who works here and has proved nothing but a password.
UNPROVEN = "unproven"
OUTSIDE = (*(role for role in ROLES if role not in STAFF), UNPROVEN)
#: What every site of Django's has; ways in and out are those of the account.
FRAME = {
    "admin:index": 200,
    "admin:app_list": 200,
    "admin:password_change": 302,
    "admin:password_change_done": 200,
    "admin:jsi18n": 200,
    "admin:autocomplete": 403,
}
DOORS = {"admin:login", "admin:logout"}


def may(role, least):
    """Whether ``role`` is ``least`` or above."""
    return least != NOBODY and STAFF.index(role) >= STAFF.index(least)


def asked(least, is_first=True):
    """Roles to ask: all that are refused, and the first that is not.

    Those above have every permission of that one, see ``shop/accounts/tests/test_roles.py``. The
    door is the same for all outside: who is suspended or unproven is asked at each list and page.
    """
    outside = OUTSIDE if is_first else ("anonymous", "customer")
    return (*outside, *(role for role in STAFF if role == least or not may(role, least)))


@pytest.fixture
def no_factor_needed(settings):
    settings.STAFF_SECOND_FACTOR = False


def ask(asker, role, method, url):
    if role != UNPROVEN:
        return asker.ask(role, method, url)
    with override_settings(STAFF_SECOND_FACTOR=True):
        return asker.ask("admin", method, url)


def cells(table, name, row):
    """Address, method and least role of each route that a table usually has."""
    base = f"admin:{name.replace('.', '_')}"
    yield reverse(f"{base}_changelist"), "get", table.view
    yield reverse(f"{base}_changelist"), "post", table.view
    yield reverse(f"{base}_add"), "get", table.add
    yield reverse(f"{base}_add"), "post", table.add
    missing = str(uuid4())
    for key in ([str(row.pk)] if row else []) + [missing]:
        yield reverse(f"{base}_change", args=[key]), "get", table.view
        yield reverse(f"{base}_change", args=[key]), "post", table.change
        yield reverse(f"{base}_delete", args=[key]), "get", table.delete
        yield reverse(f"{base}_delete", args=[key]), "post", table.delete
    if row:
        yield reverse(f"{base}_history", args=[row.pk]), "get", table.history or table.view


@pytest.mark.parametrize("name", TABLES)
def test_a_table_opens_from_the_role_that_its_row_names(name, asker):
    row = apps.get_model(name)._base_manager.first()
    wrong = []
    for place, (url, method, least) in enumerate(cells(TABLES[name], name, row)):
        for role in asked(least, place == 0):
            answer = ask(asker, role, method, url)
            status = answer.response.status_code
            if role in OUTSIDE:
                is_right = answer.fits(LOGIN) and not answer.writes
            elif TABLES[name].is_workspace and status == 404:
                is_right = not answer.writes
            elif may(role, least):
                is_right = status in (200, 302, 303, 422) and not answer.fits(LOGIN)
            elif TABLES[name].is_workspace and "/change/" in url and may(role, TABLES[name].view):
                is_right = status in (200, 303, 404) and not answer.writes
            else:
                # Some rows can never be deleted: that is said in words, or nobody finds them.
                is_told = least == NOBODY and status in (302, 303, 404)
                is_right = (status == 403 or is_told) and not answer.writes
            if not is_right:
                wrong.append(f"{role}, {method} {url}: {answer}, from {least} on")
    assert not wrong, "\n".join([name, *wrong])


@pytest.mark.parametrize("name", TABLES)
def test_an_entry_that_is_none_of_the_row_restores_nothing(name, asker):
    row = apps.get_model(name)._base_manager.first()
    try:
        url = reverse(
            f"admin:{name.replace('.', '_')}_restore", args=[row.pk if row else uuid4(), uuid4()]
        )
    except NoReverseMatch:
        return  # The log itself and the jobs of the worker have no history.
    for role in ("anonymous", "customer", "employee", "admin"):
        answer = ask(asker, role, "post", url)
        assert not answer.writes
        fits = answer.fits(LOGIN) if role in OUTSIDE else str(answer) in ("403", "404")
        assert fits, f"{role}: {answer}"


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_a_page_of_the_back_office_answers_each_role_as_its_row_says(page, asker):
    wrong = []
    for which in asker.kinds(page.objects):
        url = asker.url(page.name, page.objects, which)
        for method, (least, wanted) in (("get", page.get), ("post", page.post)):
            for role in asked(least, which == "own"):
                answer = ask(asker, role, method, url)
                if role in OUTSIDE:
                    is_right = answer.fits(LOGIN)
                elif not may(role, least):
                    is_right = str(answer) == "403" or (which == "missing" and str(answer) == "404")
                else:
                    is_right = which == "missing" or answer.fits(wanted)
                is_refusal = role in OUTSIDE or not may(role, least)
                if not is_right or (is_refusal and answer.writes):
                    wrong.append(
                        f"{role}, {method} of {which}: {answer}, not {wanted} from {least}"
                    )
    assert not wrong, "\n".join([page.name, *wrong])


@pytest.mark.parametrize("name", FRAME)
def test_the_frame_opens_to_all_who_work_here_and_to_nobody_else(name, asker):
    url = reverse(name, args=["orders"] if name == "admin:app_list" else [])
    for role in OUTSIDE:
        assert ask(asker, role, "get", url).fits(LOGIN)
    for role in STAFF:
        assert ask(asker, role, "get", url).fits(FRAME[name]), role


def test_what_is_no_page_of_the_back_office_is_not_found(asker):
    assert ask(asker, "anonymous", "get", "/admin/nothing/").fits(LOGIN)
    assert ask(asker, EMPLOYEE, "get", "/admin/nothing/").fits(404)


def test_every_route_of_the_back_office_has_one_row():
    usual = ("changelist", "add", "change", "delete", "history", "restore")
    derived = {f"admin:{name.replace('.', '_')}_{part}" for name in TABLES for part in usual}
    known = derived | {page.name for page in PAGES} | FRAME.keys() | DOORS
    named = {
        name
        for name, paths in routes().items()
        if paths[0].startswith("admin/") and not name.startswith("admin/")
    }
    missing = sorted(named - known)
    assert not missing, f"tests/authorization/staff_routes.py has no row for {missing}"
    unknown = sorted({page.name for page in PAGES} - named)
    assert not unknown, f"tests/authorization/staff_routes.py has rows for no route: {unknown}"


def test_routes_without_a_name_lead_on_to_a_named_one_or_nowhere():
    unnamed = {name for name in routes() if name.startswith("admin/")}
    details = {f"admin/{name.replace('.', '/')}/<path:object_id>/" for name in TABLES}
    assert unnamed == details | {"admin/(?P<url>.*)$"}
