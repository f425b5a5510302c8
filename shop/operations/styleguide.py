"""The developer page at ``/styleguide/``: every component in every state, with sample data.

The samples are plain values of the shape that each component's opening comment asks for.
"""

import re
from datetime import datetime, timedelta
from types import SimpleNamespace as Sample
from typing import Any

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from catalog.garments.palette import BY_SLUG
from catalog.garments.pictures import path_of, path_of_scene
from catalog.listings.facet_groups import Chip, FacetGroup, FacetValue
from catalog.searching.suggestions import Option, OptionGroup
from catalog.tree import Picture
from shop.accounts.newsletter.forms import NewsletterForm
from shop.operations.styleguide_forms import SampleControls, SampleForm
from shop.qr import code_of

_STATIC = settings.BASE_DIR / "static"


@require_safe
def show(request: HttpRequest) -> HttpResponse:
    """Every component in every state; a 404 unless DEBUG is on."""
    if not settings.DEBUG:
        raise Http404
    page = {
        **_foundations(),
        **_catalog(),
        **_forms(),
        **_orders(),
    }
    return render(request, "styleguide/index.html", page)


def _foundations() -> dict[str, Any]:
    tokens = (_STATIC / "css" / "tokens.css").read_text()
    sprite = (_STATIC / "img" / "icons.svg").read_text()
    return {
        "palette": dict.fromkeys(re.findall(r"--([\w-]+): #", tokens)),
        "icons": re.findall(r'id="([\w-]+)"', sprite),
        "crumbs": [_link("Home"), _link("Outerwear"), _link("Jackets"), _link("Chore jacket")],
        "hero": "/media/" + path_of_scene("rail"),
        "hero_dark": "/media/" + path_of_scene("rail-dark"),
        "hero_narrow": "/media/" + path_of_scene("rail-mobile"),
        "hero_narrow_dark": "/media/" + path_of_scene("rail-mobile-dark"),
        "spot": "/media/" + path_of_scene("spot-cart"),
        "spot_search": "/media/" + path_of_scene("spot-search"),
    }


def _catalog() -> dict[str, Any]:
    prices = [
        _price(14900),
        _price(4800, was=6900, lowest_30_days=6000, percent_off=20),
        _price(3900, is_from=True),
        _price(8900, rrp=9900),
    ]
    badges = [
        [("new", "New")],
        [("sale", "Sale"), ("low", "Low stock")],
        [],
        [("sold_out", "Sold out")],
    ]
    looks = [
        ("Northmill chore jacket", "Boxy fit, cotton twill", "chore", "navy"),
        ("Harbor breton", "Regular fit, heavy jersey", "breton", "white"),
        ("Field cable jumper", "Relaxed fit, lambswool", "jumper", "mustard"),
        ("Wide wrap dress", "Easy fit, linen", "dress", "rust"),
    ]
    swatches = [_swatch(slug) for slug in list(BY_SLUG)[:5]]
    swatches[0].selected = True
    swatches[3].sold_out = True
    swatches[4].hex2 = BY_SLUG["navy"].hex
    cards = [
        Sample(
            url="#",
            title=title,
            fit_line=fit,
            picture=_picture(garment, "front", color, f"{title}, {color}"),
            second_picture=_picture(garment, "back", color, ""),
            price=price,
            badges=badge,
            is_sold_out=badge == [("sold_out", "Sold out")],
            swatches=swatches,
            extra_swatches=2,
            rating=Sample(rating=4.3, count=128) if price.was else None,
            wishlist_url="#",
            product_id=garment,
            sizes_url="",
            swatch_url="",
        )
        for (title, fit, garment, color), price, badge in zip(looks, prices, badges, strict=True)
    ]
    sizes = [_size(label) for label in ("XS", "S", "M", "L", "XL")]
    sizes[2].selected, sizes[3].note, sizes[4].sold_out = True, "2 left", True
    today = timezone.localdate()
    return {
        "cards": cards,
        "prices": prices,
        "swatches": swatches,
        "sizes": sizes,
        "unsized": [_size(label) for label in ("S", "M", "L")],
        "stocks": [
            Sample(state="in-stock"),
            Sample(state="low", left=2),
            Sample(state="backorder", ships_on=today + timedelta(days=12)),
            Sample(state="sold-out"),
        ],
        "delivery": Sample(
            cutoff_at=timezone.now() + timedelta(hours=3),
            within="3 h 20 min",
            arrives="Tue 24 – Wed 25 Nov",
            cost=490,
            free_from=8000,
            currency="EUR",
        ),
        "promotions": ["T-shirts: 3 for 2", "Autumn: 20 % off from €60.00"],
        "chips": [Chip("Color: Navy", "#", 12), Chip("Size: M", "#", 0), Chip("Sale", "#")],
        "quick_add": Sample(title="Northmill chore jacket", slug="chore", get_absolute_url="#"),
        "picture": _picture("jumper", "detail", "bottle", "Field cable jumper, bottle, collar"),
        "suggestions": _suggestions(),
        "pages": Sample(
            shown=24,
            total=128,
            next_url="?page=2",
            next_count=24,
            previous_url="",
            links=[
                Sample(number=number, url=f"?page={number}", is_current=number == 1)
                for number in (1, 2, None, 6)
            ],
        ),
        "facets": [
            FacetGroup("size", "Size", "check", values=_values("S", "M")),
            FacetGroup("color", "Color", "swatch", values=_values("Navy", "Rust")),
            FacetGroup("price", "Price", "range", min="20"),
        ],
    }


def _suggestions() -> list[OptionGroup]:
    """What the search field offers for "ju"."""
    picture = Picture("/media/" + path_of("jumper", "front", "mustard"), "", 40, 50)
    return [
        OptionGroup("Suggestions", [Option("#", "ju", "mper"), Option("#", "ju", "mper wool")]),
        OptionGroup("Categories", [Option("#", "Ju", "mpers", note="Women")]),
        OptionGroup("Products", [Option("#", "", "Field cable jumper", "€89.00", picture)]),
    ]


def _forms() -> dict[str, Any]:
    return {
        "address": SampleForm(prefix="address", initial={"name": "Ada Example"}),
        "refused": SampleForm({}, prefix="refused"),
        "controls": SampleControls(prefix="controls"),
        "newsletter": NewsletterForm(auto_id="band-%s"),
        "newsletter_refused": NewsletterForm({"email": "ada@"}, auto_id="refused-news-%s"),
        "methods": [
            Sample(
                value="standard",
                title="Standard",
                note="Tue 24 – Wed 25 Nov",
                price=490,
                currency="EUR",
                selected=True,
            ),
            Sample(
                value="point",
                title="Pick-up point",
                note="From Wed 25 Nov",
                price=0,
                currency="EUR",
            ),
            Sample(value="card", title="Card", note="Visa, Mastercard", price=None, icon="card"),
        ],
    }


def _orders() -> dict[str, Any]:
    lines = [
        _line("Northmill chore jacket", "Navy, M", "chore", "navy", _price(14900)),
        _line(
            "Harbor breton",
            "White, S",
            "breton",
            "white",
            _price(4800, was=6900, lowest_30_days=6000, percent_off=20),
        ),
    ]
    at = timezone.now()
    return {
        "code": code_of("R-1042"),
        "lines": lines,
        "summary": Sample(
            lines=lines,
            count=2,
            currency="EUR",
            rows=[
                Sample(label="Subtotal", amount=19700),
                Sample(label="Welcome, 10 % off", amount=-1970),
                Sample(label="Delivery, standard", amount=None, note="Free"),
            ],
            total=17730,
            credits=[Sample(label="Gift card •••• 2222", amount=-5000)],
            due=Sample(label="To pay", amount=12730),
            vat=2831,
            delivery_note="Arrives Tue 24 – Wed 25 Nov",
        ),
        "reasons": [
            Sample(
                title="Canvas tote",
                steps=[
                    Sample(label="3 × €24.00", amount=7200),
                    Sample(label="Totes: 3 for 2", amount=-2400),
                    Sample(label="Code WELCOME10", amount=None, note="It has expired."),
                    Sample(label="19 % tax within", amount=766, note="rounded from 7.6639"),
                ],
            )
        ],
        "steps": [
            Sample(name="Address", state="done", url="#", value="Ada Example, Berlin"),
            Sample(name="Delivery", state="current"),
            Sample(name="Payment", state="future"),
            Sample(name="Review", state="future"),
        ],
        "history": [
            _event("Placed", "done", at - timedelta(days=2)),
            _event("Packed", "done", at - timedelta(days=1), note="One parcel"),
            _event("On its way", "current", at, note="DHL 00340", icon="truck"),
            _event("Delivered", "future", None, expected="Tue 24 Nov", icon="box"),
        ],
        "more_links": [Sample(title="New in", url="#"), Sample(title="Wishlist", url="#")],
    }


def _link(title: str) -> Sample:
    return Sample(title=title, url="#")


def _price(current: int, **parts: Any) -> Sample:
    absent = {"was": None, "lowest_30_days": None, "percent_off": None, "rrp": None}
    return Sample(**(absent | {"current": current, "currency": "EUR", "is_from": False} | parts))


def _picture(garment: str, view: str, color: str, alt: str) -> Sample:
    return Sample(src="/media/" + path_of(garment, view, color), alt=alt, width=400, height=500)


def _swatch(slug: str) -> Sample:
    color = BY_SLUG[slug]
    return Sample(
        name=slug.capitalize(),
        slug=slug,
        hex=color.hex,
        hex2="",
        url=f"?color={slug}",
        selected=False,
        sold_out=False,
    )


def _size(label: str) -> Sample:
    return Sample(value=label.lower(), label=label, note="", selected=False, sold_out=False)


def _values(*labels: str) -> list[FacetValue]:
    return [
        FacetValue(
            label.lower(),
            label,
            count,
            selected=count == 12,
            hex=getattr(BY_SLUG.get(label.lower()), "hex", ""),
        )
        for count, label in zip((12, 0), labels, strict=True)
    ]


def _line(title: str, variant: str, garment: str, color: str, price: Sample) -> Sample:
    return Sample(
        id=f"quantity-{garment}",
        url="#",
        title=title,
        variant=variant,
        quantity=1,
        max=10,
        picture=_picture(garment, "front", color, ""),
        price=price,
        stock=Sample(state="low", left=2) if price.was else None,
        note="",
        update_url="#",
        remove_url="#",
        wishlist_url="#",
    )


def _event(
    name: str, state: str, at: datetime | None, note: str = "", expected: str = "", icon: str = ""
) -> Sample:
    return Sample(name=name, state=state, at=at, note=note, expected=expected, icon=icon)
