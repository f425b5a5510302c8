"""Films and documents on the page of a product."""

import pytest

from catalog.models import Media
from catalog.tests.factories import ProductFactory

pytestmark = pytest.mark.django_db


def attach(product, kind, name, mime_type, *, color="", **fields):
    """A file on ``product`` after those that it has."""
    view = fields.pop("view_name", "")
    media = Media.objects.create(
        asset_id=name, kind=kind, file=f"uploads/{name}", mime_type=mime_type, **fields
    )
    return product.media_links.create(
        media=media,
        view_name=view,
        option_values={"color": color} if color else {},
        position=product.media_links.count(),
    )


def film(product, name="walk.mp4", **fields):
    return attach(product, "VIDEO", name, "video/mp4", **fields)


def captions(product, name, **fields):
    return attach(product, "DOCUMENT", name, "text/vtt", **fields)


def read(client, product, **query):
    return client.get(product.get_absolute_url(), query).content.decode()


def test_a_film_stands_behind_the_pictures_and_waits_to_be_played(client):
    product = ProductFactory(title="Smock")
    film(product)
    text = read(client, product)
    pictures = text.count("Enlarge</span>")
    assert f"{pictures + 1}/{pictures + 1}</span>" in text
    assert 'href="#view-film-1" data-js="view"' in text
    assert '<video class="p-film" controls playsinline preload="none"' in text
    assert 'aria-label="Smock, film" poster="/media/img/' in text
    assert '<source src="/media/uploads/walk.mp4" type="video/mp4">' in text
    assert "autoplay" not in text


def test_captions_belong_to_the_film_before_them(client):
    product = ProductFactory()
    captions(product, "of-nothing.vtt")
    film(product, "first.mp4")
    captions(product, "en.vtt", view_name="en")
    captions(product, "noises.vtt", view_name="Noises only")
    film(product, "second.mp4")
    captions(product, "en2.vtt", view_name="en")
    first, second = read(client, product).split("</video>")[:2]
    assert 'src="/media/uploads/en.vtt" srclang="en" label="English" default>' in first
    assert 'src="/media/uploads/noises.vtt" label="Noises only">' in first
    assert first.count("<track") == 2
    assert 'src="/media/uploads/en2.vtt" srclang="en"' in second
    assert "of-nothing.vtt" not in first


def test_a_film_of_one_color_shows_with_that_color_alone(client):
    product = ProductFactory(colors=("navy", "oat"))
    film(product, "oat.mp4", color="oat")
    film(product, "both.mp4")
    assert read(client, product, color="navy").count("<video") == 1
    assert read(client, product, color="oat").count("<video") == 2


def test_documents_are_links_with_name_type_and_size(client):
    product = ProductFactory(description="")
    attach(
        product,
        "DOCUMENT",
        "care.pdf",
        "application/pdf",
        alt_text="How to wax it",
        size_bytes=2 * 1024 * 1024,
    )
    captions(product, "en.vtt")
    text = read(client, product)
    assert 'href="/media/uploads/care.pdf"' in text
    assert "How to wax it" in text
    assert "(PDF, 2.0\xa0MB)" in text
    assert "en.vtt" not in text


def test_a_document_of_one_color_shows_with_that_color_alone(client):
    product = ProductFactory(colors=("navy", "oat"))
    attach(product, "DOCUMENT", "oat.pdf", "application/pdf", color="oat")
    attach(product, "DOCUMENT", "both.pdf", "application/pdf")
    assert read(client, product, color="navy").count(".pdf") == 1
    assert read(client, product, color="oat").count(".pdf") == 2


@pytest.mark.django_db(transaction=True)
def test_a_film_shows_as_soon_as_it_is_put_up(client):
    product = ProductFactory()
    assert "<video" not in read(client, product)
    link = film(product)
    assert "<video" in read(client, product)
    link.media.alt_text = "On the loom"
    link.media.save()
    assert "On the loom" in read(client, product)


def test_a_page_without_pictures_shows_its_film(client):
    product = ProductFactory()
    product.media_links.all().delete()
    film(product)
    text = read(client, product)
    assert '<video class="p-film"' in text
    assert "poster" not in text.split("<video")[1].split(">")[0]
