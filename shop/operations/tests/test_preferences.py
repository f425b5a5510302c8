"""Theme and language: kept in cookies, never a way out of the shop."""

import pytest
from django.urls import reverse

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_chosen_theme_is_kept_and_drawn(client, theme):
    response = client.post(reverse("set_theme"), {"theme": theme, "next": "/account/login/"})

    assert (response.status_code, response["Location"]) == (303, "/account/login/")
    assert response.cookies["theme"]["samesite"] == "Lax"
    assert f'data-theme="{theme}"' in client.get("/account/login/").content.decode()


def test_system_theme_leaves_the_choice_to_the_browser(client):
    client.post(reverse("set_theme"), {"theme": "dark"})
    client.post(reverse("set_theme"), {"theme": "system"})

    assert "data-theme" not in client.get("/account/login/").content.decode()


@pytest.mark.parametrize("theme", ["", "pink", '"><script>'])
def test_unknown_theme_changes_nothing(client, theme):
    assert "theme" not in client.post(reverse("set_theme"), {"theme": theme}).cookies


def test_chosen_language_is_kept_and_spoken(client, settings):
    settings.LANGUAGES = [("en", "English"), ("de", "Deutsch")]
    client.post(reverse("set_language"), {"language": "de"})

    assert client.cookies[settings.LANGUAGE_COOKIE_NAME].value == "de"
    assert '<html lang="de"' in client.get("/account/login/").content.decode()


@pytest.mark.parametrize("language", ["", "xx", "../../etc", "fr"])
def test_language_the_shop_does_not_speak_changes_nothing(client, language):
    assert not client.post(reverse("set_language"), {"language": language}).cookies


@pytest.mark.parametrize("name", ["set_theme", "set_language"])
@pytest.mark.parametrize(
    "target",
    [
        "https://evil.example/",
        "//evil.example",
        "/\\evil.example",
        "javascript:alert(1)",
        "no-view",
        "accounts:overview",
        "",
    ],
)
def test_way_back_stays_in_the_shop(client, name, target):
    assert client.post(reverse(name), {"next": target})["Location"] == "/"


@pytest.mark.parametrize("name", ["set_theme", "set_language"])
def test_preferences_change_by_post_only(client, name):
    assert client.get(reverse(name)).status_code == 405


def test_line_breaks_in_the_way_back_do_not_reach_the_headers(client):
    response = client.post(reverse("set_theme"), {"next": "/cart/\r\nSet-Cookie: a=b"})

    assert response.status_code == 303
    assert "\n" not in response["Location"]
