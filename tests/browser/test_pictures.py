"""What a browser makes of a picture: the format and size it takes, and the room it keeps."""

import io

import pytest
from playwright.sync_api import expect

from catalog.models import Product, ProductMedia
from catalog.pictures import renditions, uploads
from catalog.tests.pictures import content_of, photograph

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

SHIFT = """() => new Promise(done => {
  let shift = 0;
  new PerformanceObserver(list => {
    for (const entry of list.getEntries()) shift += entry.value;
  }).observe({type: 'layout-shift', buffered: true});
  setTimeout(() => done(shift), 500);
})"""


@pytest.fixture
def pictured(little_shop):
    """The plain tee with two photographs in place of its drawings."""
    product = Product.objects.get(slug="plain-tee")
    ProductMedia.objects.filter(product=product).delete()
    for position, view in enumerate(("front", "back")):
        content = content_of(photograph(1000 + position, 1250))
        media = uploads.store_picture(io.BytesIO(content), alt_text=view)
        renditions.make(media)
        ProductMedia.objects.create(
            product=product,
            media=media,
            view_name=view,
            position=position,
            is_primary=not position,
        )
    return product


@pytest.mark.parametrize(("width", "taken"), [(375, "480"), (1440, "640")])
def test_a_browser_takes_the_small_avif_and_nothing_moves(shop_pages, pictured, width, taken):
    page = shop_pages.open("/p/plain-tee/", width=width)
    main = page.locator(".p-gallery__strip img").first
    main.evaluate("image => image.decode()")
    assert main.evaluate("image => image.currentSrc").endswith(f"-{taken}.avif")
    box = main.bounding_box()
    assert abs(box["height"] / box["width"] - 1.25) < 0.02
    assert page.evaluate(SHIFT) < 0.01


def test_a_card_shows_the_front_and_on_hover_the_back(shop_pages, pictured):
    page = shop_pages.open("/c/tops/")
    card = page.locator(".c-product-card", has_text="Plain tee")
    front, back = card.locator(".c-product-card__picture img").all()
    front.evaluate("image => image.decode()")
    assert front.evaluate("image => image.currentSrc").endswith(".avif")
    opacity = "image => getComputedStyle(image).opacity"
    assert (front.evaluate(opacity), back.evaluate(opacity)) == ("1", "0")
    card.hover()
    expect(back).to_have_css("opacity", "1")
    assert front.bounding_box() == card.locator(".c-product-card__picture").bounding_box()
