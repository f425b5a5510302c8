"""The developers' mailbox: letters as they were written to files, and nobody else's business."""

import importlib
from email.mime.image import MIMEImage

import pytest
from django.core.mail import EmailMultiAlternatives, get_connection
from django.urls import clear_url_caches, set_urlconf

import shop.urls

pytestmark = pytest.mark.django_db

URL = "/dev/mail/"


@pytest.fixture
def shown(settings, tmp_path):
    """A shop of a developer, with a folder for letters."""
    settings.DEBUG = True
    settings.EMAIL_FILE_PATH = tmp_path
    settings.EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
    importlib.reload(shop.urls)
    clear_url_caches()
    set_urlconf(None)
    yield tmp_path
    settings.DEBUG = False
    importlib.reload(shop.urls)
    clear_url_caches()


def write(subject):
    letter = EmailMultiAlternatives(subject, f"Text of {subject}", to=["ada@example.com"])
    page = f'<p>Page of {subject}</p><img src="cid:line-1" alt=""><script>1</script>'
    letter.attach_alternative(page, "text/html")
    letter.mixed_subtype = "related"
    picture = MIMEImage(b"\x89PNG", "png")
    picture.add_header("Content-ID", "<line-1>")
    letter.attach(picture)
    return letter


def links(response):
    return [f"{URL}{row.file}/{row.place}/" for row in response.context["letters"]]


def test_letters_of_one_file_are_listed_newest_first(client, shown):
    get_connection().send_messages([write("First"), write("Second")])
    response = client.get(URL)
    assert [row.subject for row in response.context["letters"]] == ["Second", "First"]
    assert "ada@example.com" in response.content.decode()


def test_a_letter_shows_its_page_in_a_frame_and_its_text(client, shown):
    write("News").send()
    (link,) = links(client.get(URL))
    text = client.get(link).content.decode()
    assert f'src="{link}page/"' in text
    assert "Text of News" in text


def test_the_page_of_a_letter_can_run_and_load_nothing(client, shown):
    write("News").send()
    (link,) = links(client.get(URL))
    response = client.get(f"{link}page/")
    policy = response["Content-Security-Policy"]
    assert policy.startswith("default-src 'none'")
    assert "sandbox" in policy
    assert "script-src" not in policy
    assert 'src="data:image/png;base64,iVBORw==' in response.content.decode()


def test_an_empty_mailbox_says_so(client, shown):
    assert "Nothing was sent yet" in client.get(URL).content.decode()


@pytest.mark.parametrize("file", ["x.log", "..log", "a%2Fb.log", "settings.py"])
def test_files_that_are_no_letters_are_not_found(client, shown, file):
    (shown / "settings.py").write_text("SECRET_KEY = 1")
    assert client.get(f"{URL}{file}/0/").status_code == 404


def test_other_machines_see_nothing(client, shown):
    assert client.get(URL, REMOTE_ADDR="192.0.2.1").status_code == 404


def test_a_shop_in_production_has_no_mailbox(client, shown, settings):
    write("News").send()
    (link,) = links(client.get(URL))
    settings.DEBUG = False
    for path in (URL, link, f"{link}page/"):
        assert client.get(path).status_code == 404
