"""The grid of variants: laid out from colors and sizes, saved together, cell by cell."""

import pytest
from django.urls import reverse

from audit.models import AuditLog
from catalog.models import ProductVariant
from catalog.tests.factories import LocationFactory, OptionValueFactory, ProductFactory
from inventory.models import Movement, Reservation, Stock
from shop.accounts.roles import Role
from tests.back_office import fields_of, signed_in, staff

pytestmark = pytest.mark.django_db


@pytest.fixture
def client():
    return signed_in(staff(Role.MANAGER))


def page_of(product, colors=(), sizes=()):
    chosen = [f"color={slug}" for slug in colors] + [f"size={slug}" for slug in sizes]
    page = reverse("admin:catalog_product_variants", args=[product.pk])
    return f"{page}?{'&'.join(chosen)}"


def save(client, product, page="", **changes):
    """Open the grid, type into some cells and save."""
    page = page or page_of(product)
    return client.post(page, fields_of(client.get(page)) | changes)


def cell(variant, name):
    return f"{variant.pk.hex}.{name}"


def errors(response):
    return [line.errors for line in response.context["grid"].lines if line.errors]


def test_chosen_colors_and_sizes_become_variants(client):
    product = ProductFactory(slug="smock", colors=("navy",), sizes=("s",), price=4900)
    for option, slug in (("color", "oat"), ("size", "m")):
        OptionValueFactory(option=option, slug=slug)
    page = page_of(product, ("navy", "oat"), ("s", "m"))
    reasons = {"reason": "New delivery", "new.oat.m.units": "7"}
    ticks = {f"new.{pair}.on": "1" for pair in ("navy.m", "oat.s", "oat.m")}
    assert save(client, product, page, **ticks, **reasons).status_code == 303
    made = {row.sku: row for row in product.variants.all()}
    assert set(made) == {"SMOCK-NAVY-S", "SMOCK-NAVY-M", "SMOCK-OAT-S", "SMOCK-OAT-M"}
    fresh = made["SMOCK-OAT-M"]
    assert (fresh.title, fresh.price, fresh.is_primary) == ("OAT / M", 4900, False)
    assert Stock.objects.get(variant=fresh).on_hand == 7
    assert Movement.objects.filter(note="New delivery", stock__variant=fresh).count() == 1


def test_what_was_typed_stays_when_the_grid_is_laid_out(client):
    product = ProductFactory(slug="smock", colors=("navy",), sizes=("s",))
    OptionValueFactory(option="size", slug="m")
    OptionValueFactory(option="size", slug="l")
    held, page = product.variants.get(), page_of(product, ["navy"], ["m"])
    typed = {cell(held, "barcode"): "123", "new.navy.m.sku": "MINE", "size": ["m", "l"]}
    laid_out = {**fields_of(client.get(page)), **typed, "lay_out": "1"}
    response = client.post(page, laid_out)
    assert response.status_code == 200
    lines = {line.key: line for line in response.context["grid"].lines}
    assert lines[held.pk.hex].typed["barcode"] == "123"
    assert lines["new.navy.m"].typed["sku"] == "MINE"
    assert lines["new.navy.l"].is_on
    assert list(product.variants.values_list("barcode", flat=True)) == [""]
    action = page_of(product, ["navy"], ["m", "l"])
    text = response.content.decode().replace("&amp;", "&")
    assert f'action="?{action.partition("?")[2]}"' in text
    assert client.post(action, fields_of(response)).status_code == 303
    assert set(product.variants.values_list("sku", "barcode")) >= {(held.sku, "123"), ("MINE", "")}


def test_only_changed_rows_are_written(client):
    product = ProductFactory(sizes=("s", "m", "l"))
    first, second, _third = product.variants.all()
    before = AuditLog.objects.count()
    save(client, product, **{cell(second, "barcode"): "4006381333931"})
    [entry] = AuditLog.objects.order_by("created_at")[before:]
    assert (entry.entity_id, entry.after) == (str(second.pk), {"barcode": "4006381333931"})
    first.refresh_from_db()
    assert first.version == 1


def test_a_row_that_is_not_sent_stays_as_a_colleague_left_it(client):
    product = ProductFactory(sizes=("s", "m"))
    first, second = product.variants.order_by("-is_primary")
    page = page_of(product)
    opened = fields_of(client.get(page))
    save(client, product, **{cell(first, "barcode"): "123"})
    mine = {name: value for name, value in opened.items() if not name.startswith(first.pk.hex)}
    assert client.post(page, mine | {cell(second, "barcode"): "456"}).status_code == 303
    assert sorted(product.variants.values_list("barcode", flat=True)) == ["123", "456"]
    assert product.variants.get(is_primary=True) == first


def test_the_primary_variant_is_withdrawn_and_another_takes_its_place(client):
    product = ProductFactory(sizes=("s", "m"))
    first, second = product.variants.order_by("-is_primary")
    page = page_of(product)
    fields = fields_of(client.get(page))
    fields = {name: value for name, value in fields.items() if second.pk.hex not in name}
    del fields[cell(first, "on")]
    assert client.post(page, fields).status_code == 303
    assert product.variants.get() == second
    assert product.variants.get().is_primary


def test_a_price_of_the_grid_shows_in_the_shop_and_warns_of_a_false_reduction(client):
    product = ProductFactory(price=4900, sizes=("s",))
    variant = product.variants.get()
    for price in ("39.00", "59.00"):
        save(client, product, **{cell(variant, "price"): price})
    response = save(client, product, **{cell(variant, "price"): "45.00"})
    page = client.get(response["Location"]).content.decode()
    assert "no reduction may be announced" in page
    assert "€45.00" in client.get(product.get_absolute_url()).content.decode()


def test_a_stale_cell_refuses_the_page_and_keeps_what_was_typed(client):
    product = ProductFactory(sizes=("s",))
    variant = product.variants.get()
    opened = fields_of(client.get(page_of(product)))
    variant.barcode = "111"
    variant.save()
    response = client.post(page_of(product), opened | {cell(variant, "sku"): "MINE"})
    assert response.status_code == 422
    assert "Someone else changed this" in response.content.decode()
    assert 'value="MINE"' in response.content.decode()
    variant.refresh_from_db()
    assert variant.sku != "MINE"


def test_a_sku_that_is_taken_is_refused_in_its_cell(client):
    taken = ProductFactory().variants.first().sku
    product = ProductFactory(sizes=("s", "m"))
    first, second = product.variants.all()
    response = save(client, product, **{cell(first, "sku"): taken})
    assert errors(response) == [{"sku": "Another variant has this SKU."}]
    response = save(client, product, **{cell(first, "sku"): second.sku})
    assert errors(response) == [{"sku": "Two variants have this SKU."}] * 2
    assert ProductVariant.objects.filter(sku=taken).count() == 1


@pytest.mark.parametrize(
    ("name", "typed"), [("sku", ""), ("price", "x"), ("position", "-1"), ("units", "1.5")]
)
def test_a_cell_that_is_nothing_is_refused(client, name, typed):
    product = ProductFactory(sizes=("s",))
    response = save(client, product, **{cell(product.variants.get(), name): typed})
    assert [list(found) for found in errors(response)] == [[name]]


def test_the_primary_mark_moves(client):
    product = ProductFactory(sizes=("s", "m"))
    _first, second = product.variants.all()
    save(client, product, primary=second.pk.hex)
    assert product.variants.get(is_primary=True) == second


def without(client, product, *variants):
    """Take the ticks of some variants away and save."""
    fields = fields_of(client.get(page_of(product)))
    for variant in variants:
        fields.pop(cell(variant, "on"))
    return client.post(page_of(product), fields)


def test_a_withdrawn_variant_leaves_the_shop_and_comes_back(client):
    product = ProductFactory(sizes=("s", "m"))
    first, second = product.variants.all()
    without(client, product, first)
    assert product.variants.get(is_primary=True) == second
    assert product.variants.count() == 1
    save(client, product, **{cell(first, "on"): "1"})
    assert product.variants.count() == 2
    assert product.variants.filter(is_primary=True).count() == 1


def test_the_last_variant_of_an_active_product_stays(client):
    product = ProductFactory(sizes=("s",))
    response = without(client, product, product.variants.get())
    assert "needs at least one variant" in response.content.decode()
    assert product.variants.count() == 1


def test_units_need_a_reason_and_go_through_the_ledger(client):
    product = ProductFactory(sizes=("s",), stock=10)
    variant = product.variants.get()
    response = save(client, product, **{cell(variant, "units"): "8"})
    assert "say why" in response.content.decode()
    save(client, product, reason="Counted", **{cell(variant, "units"): "8"})
    shelf = Stock.objects.get(variant=variant)
    last = Movement.objects.filter(stock=shelf, note="Counted").get()
    assert (shelf.on_hand, last.quantity_change, last.actor.email) == (8, -2, "manager@example.com")


def test_units_sold_while_the_grid_was_open_are_not_put_back(client):
    product = ProductFactory(sizes=("s",), stock=10)
    variant = product.variants.get()
    opened = fields_of(client.get(page_of(product)))
    shelf = Stock.objects.get(variant=variant)
    Movement.objects.create(stock=shelf, kind="SALE", quantity_change=-1, note="sold")
    client.post(page_of(product), opened | {cell(variant, "barcode"): "1"})
    shelf.refresh_from_db()
    assert shelf.on_hand == 9


def test_fewer_units_than_are_promised_are_refused(client):
    product = ProductFactory(sizes=("s",), stock=2)
    variant = product.variants.get()
    shelf = Stock.objects.get(variant=variant)
    Stock.objects.filter(pk=shelf.pk).update(reserved=2)
    response = save(client, product, reason="Lost", **{cell(variant, "units"): "1"})
    assert "2 units are promised" in response.content.decode()
    assert not Reservation.objects.exists()


def test_a_column_is_filled_down_before_anything_is_saved(client):
    product = ProductFactory(sizes=("s", "m"), price=4900)
    response = save(client, product, fill="1", **{"fill.price": "39.00"})
    assert [line.typed["price"] for line in response.context["grid"].lines] == ["39.00"] * 2
    assert set(product.variants.values_list("price", flat=True)) == {4900}
    client.post(page_of(product), fields_of(response))
    assert set(product.variants.values_list("price", flat=True)) == {3900}


def wide(product, **chosen):
    return f"{page_of(product, **chosen)}&more=1"


def amounts(variant):
    variant.refresh_from_db()
    return variant.price, variant.compare_at_price, variant.cost, variant.weight_grams


def test_recommended_price_cost_and_weight_are_columns_when_asked_for(client):
    product = ProductFactory(sizes=("s",), price=4900)
    variant = product.variants.get()
    assert "Cost, " not in client.get(page_of(product)).content.decode()
    typed = {"price": "45.00", "recommended": "60.00", "cost": "12.50", "weight": "180"}
    response = save(
        client, product, wide(product), **{cell(variant, n): t for n, t in typed.items()}
    )
    assert response["Location"].endswith("?more=1")
    assert amounts(variant) == (4500, 6000, 1250, 180)
    save(client, product, wide(product), **{cell(variant, "recommended"): ""})
    assert amounts(variant) == (4500, None, 1250, 180)


@pytest.mark.parametrize(
    ("name", "typed"), [("recommended", "49.00"), ("cost", "-1"), ("cost", "x"), ("weight", "1.5")]
)
def test_a_further_cell_that_is_nothing_is_refused(client, name, typed):
    product = ProductFactory(sizes=("s",), price=4900)
    variant = product.variants.get()
    response = save(client, product, wide(product), **{cell(variant, name): typed})
    assert [list(found) for found in errors(response)] == [[name]]
    assert amounts(variant) == (4900, None, None, 0)


def test_a_further_column_is_filled_down(client):
    product = ProductFactory(sizes=("s", "m"))
    response = save(client, product, wide(product), fill="1", **{"fill.cost": "9.00"})
    client.post(wide(product), fields_of(response))
    assert set(product.variants.values_list("cost", flat=True)) == {900}


def test_a_new_variant_follows_the_amounts_of_its_product(client):
    product = ProductFactory(status="DRAFT", colors=(), price=4900)
    product.cost, product.compare_at_price = 1500, 5900
    product.save()
    for option, slug in (("color", "navy"), ("size", "m")):
        OptionValueFactory(option=option, slug=slug)
    assert save(client, product, page_of(product, ("navy",), ("m",))).status_code == 303
    page = reverse("admin:catalog_product_change", args=[product.pk])
    client.post(page, fields_of(client.get(page)) | {"price": "39.00"})
    assert amounts(product.variants.get()) == (3900, 5900, 1500, 0)


def test_an_employee_sees_the_grid_and_changes_nothing():
    product = ProductFactory(sizes=("s",))
    client = signed_in(staff(Role.EMPLOYEE))
    page = client.get(page_of(product))
    assert "€49.00" in page.content.decode()
    assert "changing them needs another role" in page.content.decode()
    assert client.post(page_of(product), {"primary": ""}).status_code == 403


def test_someone_who_may_not_price_leaves_prices_alone():
    product = ProductFactory(sizes=("s",), price=4900)
    person = staff(Role.MANAGER)
    role = person.groups.get()
    role.permissions.remove(role.permissions.get(codename="change_price"))
    variant = product.variants.get()
    fresh = {cell(variant, "price"): "1.00", cell(variant, "barcode"): "123"}
    save(signed_in(person), product, **fresh)
    assert product.variants.get(barcode="123").price == 4900


def big(colors, sizes):
    product = ProductFactory(status="DRAFT", colors=())
    pairs = [(f"c{color}", f"s{size}") for color in range(colors) for size in range(sizes)]
    rows = ProductVariant.objects.bulk_create(
        ProductVariant(
            product=product,
            sku=f"{product.slug}-{color}-{size}",
            title=f"{color} / {size}",
            option_values={"color": color, "size": size},
            price=4900,
            is_primary=not place,
            position=place,
        )
        for place, (color, size) in enumerate(pairs)
    )
    shelf = LocationFactory()
    Stock.objects.bulk_create(Stock(variant=row, location=shelf) for row in rows)
    return product


def prices(fields, typed):
    return {name: typed for name in fields if name.endswith(".price")}


def statements(client, product, captured):
    fields = fields_of(client.get(page_of(product)))
    cells = prices(fields, "12.00")
    with captured(60) as queries:
        assert client.post(page_of(product), fields | cells).status_code == 303
    return len(queries)


def test_a_save_of_many_takes_as_many_statements_as_one_of_few(
    client, django_assert_max_num_queries
):
    few = statements(client, big(1, 2), django_assert_max_num_queries)
    assert statements(client, big(2, 6), django_assert_max_num_queries) == few


def test_three_hundred_variants_fit_into_one_post(client):
    product = big(20, 15)
    fields = fields_of(client.get(page_of(product)))
    assert len(fields) < 2000
    cells = prices(fields, "12.00")
    assert client.post(page_of(product), fields | cells).status_code == 303
    assert set(product.variants.values_list("price", flat=True)) == {1200}
