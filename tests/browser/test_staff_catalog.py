"""Staff at work on the catalog in a browser: pages anyone can use, and their small comforts."""

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from catalog.models import Menu, MenuItem, Product, ProductVariant
from catalog.tests.factories import OptionValueFactory
from shop.accounts.roles import Role
from tests.back_office import signed_in, staff

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

WIDTHS = (768, 1440)


@pytest.fixture
def product(little_shop):
    return little_shop[0]


def enter(shop_pages, path, **window):
    """A window of someone who is signed in."""
    # Not the page to sign in: it asks for a passkey, and its answer may bring another session.
    page = shop_pages.open("/robots.txt", **window)
    cookie = signed_in(staff(Role.MANAGER)).cookies["sessionid"].value
    page.context.add_cookies([{"name": "sessionid", "value": cookie, "url": shop_pages.url}])
    page.goto(path)
    return page


def footer():
    menu = Menu.objects.create(slot=Menu.Slot.FOOTER_HELP, title="Help")
    MenuItem.objects.create(menu=menu, label="Journal", target="PATH", address="/journal/")
    return menu


def page_of(name, *args):
    return reverse(f"admin:catalog_{name}", args=args)


def test_pages_of_the_catalog_are_accessible(shop_pages, inspector, product):
    OptionValueFactory(option="size", slug="xl", name="XL")
    page = enter(shop_pages, page_of("product_changelist"))
    inspector.look(page, widths=WIDTHS)
    page.goto(page_of("product_change", product.pk))
    for name in ("Basics", "Media", "Pricing", "SEO", "Visibility"):
        page.get_by_role("navigation", name="Parts of the product").get_by_text(name).click()
        inspector.look(page, widths=WIDTHS)
    for path in (
        f"{page_of('product_variants', product.pk)}?color=navy&size=xl&more=1",
        page_of("product_pictures", product.pk),
        page_of("productexport_add"),
        page_of("product_history", product.pk),
        f"{page_of('product_draw', product.pk)}?garment=coat&color=navy",
        page_of("category_changelist"),
        f"{page_of('collection_changelist')}?q=sea",
        page_of("collection_add"),
        page_of("sizechart_add"),
        f"{page_of('review_changelist')}?status__exact=PENDING",
        page_of("searchterm_changelist"),
        page_of("menu_change", footer().pk),
    ):
        page.goto(path)
        inspector.look(page, widths=WIDTHS)


def test_a_bulk_edit_is_accessible_at_every_step(shop_pages, inspector, product):
    page = enter(shop_pages, page_of("product_changelist"))
    page.get_by_role("checkbox", name="Select all").check()
    page.locator("select[name=action]").select_option("bulk_edit")
    page.get_by_role("button", name="Go").click()
    page.get_by_label("What to do").select_option("PRICE_SET")
    expect(page.get_by_label("Percent")).to_be_hidden()
    inspector.look(page, widths=WIDTHS)
    page.locator("#id_price").fill("39.00")
    page.get_by_role("button", name="See what would change").click()
    inspector.look(page, widths=WIDTHS)
    page.get_by_role("button", name="Change 2 products").click()
    expect(page.get_by_role("status").first).to_contain_text("2 products were changed")
    inspector.look(page, widths=WIDTHS)
    assert set(ProductVariant.objects.values_list("price", flat=True)) == {3900}


def test_rows_of_a_form_fit_into_its_frame_on_a_phone(shop_pages, product):
    page = enter(shop_pages, page_of("importbatch_add"), width=375)
    for path in (page_of("importbatch_add"), page_of("product_change", product.pk)):
        page.goto(path)
        row = page.locator(".form-row:visible").first
        assert row.evaluate("row => row.scrollWidth - row.clientWidth") == 0


def test_the_first_section_with_an_error_opens(shop_pages, product):
    page = enter(shop_pages, page_of("product_change", product.pk))
    tabs = page.get_by_role("navigation", name="Parts of the product")
    tabs.get_by_text("SEO").click()
    expect(page.get_by_label("Title:", exact=True)).to_be_hidden()
    page.get_by_label("Title for search engines").fill("A tee")
    expect(page.get_by_text("Unsaved changes")).to_be_visible()
    tabs.get_by_text("Pricing").click()
    page.locator("#id_price").fill("none")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.locator("#id_price")).to_be_visible()
    expect(tabs.get_by_text("1 error")).to_be_visible()
    # Before its script has come, a tab is but a link.
    page.wait_for_load_state("load")
    tabs.get_by_text("SEO").click()
    expect(page.get_by_label("Title for search engines")).to_have_value("A tee")


def test_who_saves_and_goes_on_stays_in_the_section(shop_pages, product):
    page = enter(shop_pages, page_of("product_change", product.pk))
    page.get_by_role("navigation", name="Parts of the product").get_by_text("SEO").click()
    page.get_by_label("Title for search engines").fill("A tee")
    page.get_by_role("button", name="Save and continue editing").click()
    expect(page.get_by_text("changed successfully")).to_be_visible()
    expect(page.get_by_label("Title for search engines")).to_have_value("A tee")
    expect(page.get_by_label("Title for search engines")).to_be_visible()


def test_a_picture_moves_up_by_a_button(shop_pages, product):
    page = enter(shop_pages, f"{page_of('product_change', product.pk)}#media")
    first, second = product.media_links.all()[:2]
    page.get_by_role("button", name="Move up, 2").click()
    expect(page.get_by_text("Unsaved changes")).to_be_visible()
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_text("changed successfully")).to_be_visible()
    assert list(product.media_links.all()[:2]) == [second, first]


def test_only_rows_that_were_touched_are_sent(shop_pages, product):
    page = enter(shop_pages, page_of("product_variants", product.pk))
    variant = product.variants.last()
    page.locator(f'[name="{variant.pk.hex}.barcode"]').fill("123")
    with page.expect_request(lambda request: request.method == "POST") as sent:
        page.get_by_role("button", name="Save variants").click()
    fields = {name.partition(".")[0] for name in sent.value.post_data_json if "." in name}
    assert fields == {variant.pk.hex, "fill"}
    expect(page.get_by_text("1 changed")).to_be_visible()
    variant.refresh_from_db()
    assert variant.barcode == "123"


def test_the_views_of_a_garment_follow_the_choice(shop_pages, product):
    page = enter(shop_pages, page_of("product_draw", product.pk))
    expect(page.get_by_text("Choose a garment and a color")).to_be_visible()
    page.get_by_label("Garment").select_option("coat")
    expect(page.locator('#drawn img[src*="/coat/back/"]')).to_be_visible()
    page.get_by_role("button", name="Add these pictures").click()
    expect(page.get_by_text("5 pictures added")).to_be_visible()


def test_all_columns_of_an_export_are_taken_off_at_once(shop_pages, product):
    page = enter(shop_pages, page_of("productexport_add"))
    page.get_by_role("button", name="No column").click()
    expect(page.get_by_role("checkbox", name="SKU")).not_to_be_checked()
    page.get_by_role("button", name="All columns").click()
    expect(page.get_by_role("checkbox", name="SKU")).to_be_checked()


def test_without_script_the_form_saves_too(shop_pages, product):
    page = enter(shop_pages, page_of("product_change", product.pk), javascript=False)
    page.get_by_label("Summary").fill("Softer now")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_text("changed successfully")).to_be_visible()
    assert Product.objects.get(pk=product.pk).summary == "Softer now"


def test_the_slash_goes_to_the_search_unless_it_is_switched_off(shop_pages, product):
    page = enter(shop_pages, "/admin/")
    page.locator("body").press("/")
    expect(page.locator("#quick-search")).to_be_focused()
    page.keyboard.type("work")
    expect(page.locator("#quick-found").get_by_role("link", name="Work tee")).to_be_visible()
    page.goto("/admin/")
    page.get_by_label("Key / searches").uncheck()
    page.goto("/admin/")
    page.locator("body").press("/")
    expect(page.locator("#quick-search")).not_to_be_focused()
