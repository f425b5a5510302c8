"""Pictures that people sent go with their data, and take nothing of anybody else along."""

import io

import pytest
from django.core.files.storage import default_storage

from catalog.models import Media, ReviewPhoto
from catalog.pictures import personal, renditions
from catalog.pictures.uploads import read_picture, store
from catalog.tests.factories import ProductFactory
from catalog.tests.pictures import content_of
from catalog.tests.test_reviews import published

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def media_root(tmp_path, settings):
    settings.MEDIA_ROOT = tmp_path / "media"


def sent(words):
    """The same picture each time, in a review of its own."""
    media = store(read_picture(io.BytesIO(content_of())), alt_text=words)
    renditions.make(media)
    return ReviewPhoto.objects.create(review=published(ProductFactory()), media=media)


def files_of(link):
    media = link.media
    made = [(kind, width) for kind, widths in media.renditions.items() for width in widths]
    return {media.file, *(media.rendition(width, kind) for kind, width in made)}


def test_a_file_that_two_people_sent_goes_with_the_second_of_them():
    uploaded = Media.objects.exclude(checksum="")
    adas, maras = sent("Photo by Ada"), sent("Photo by Mara")
    both = files_of(adas)
    assert both == files_of(maras)
    assert len(both) > 1
    personal.forget(ReviewPhoto, [adas.pk])
    assert list(ReviewPhoto.objects.all()) == [maras]
    assert list(uploaded.all()) == [maras.media]
    assert all(map(default_storage.exists, both))
    personal.forget(ReviewPhoto, [maras.pk])
    assert not uploaded.exists()
    assert not any(map(default_storage.exists, both))
