"""Addresses of many countries: what is asked, what is refused, what is kept."""

import pytest
from django.http import QueryDict
from django_countries import countries as all_countries
from hypothesis import given
from hypothesis import strategies as st

from shop.accounts.addresses import one_line, rules_for
from shop.accounts.forms import PARTS, AddressForm

BERLIN = {
    "country": "DE",
    "full_name": "Mara Lind",
    "line1": "Torstraße 1",
    "postal_code": "10119",
    "city": "Berlin",
}


def filled(**changes):
    return AddressForm({**BERLIN, **changes})


@pytest.mark.parametrize(
    ("country", "postal_code"),
    [
        ("DE", "10119"),
        ("DE", " 10119 "),
        ("DE", "D-10119"),
        ("NL", "1012 AB"),
        ("NL", "1012ab"),
        ("GB", "SW1A 1AA"),
        ("GB", "sw1a1aa"),
        ("GB", "GIR 0AA"),
        ("FR", "75001"),
        ("US", "10001"),
        ("US", "10001-1234"),
        ("CH", "CH-8001"),
        ("PL", "00-950"),
        ("IE", "A65 F4E2"),
    ],
)
def test_postcode_of_the_country_is_accepted(country, postal_code):
    assert rules_for(country).accepts_postal_code(postal_code)


@pytest.mark.parametrize(
    ("country", "postal_code"),
    [
        ("DE", "1011"),
        ("DE", "101199"),
        ("DE", "Berlin"),
        ("DE", "10119 Berlin"),
        ("DE", "١٠١١٩"),
        ("DE", "SW1A 1AA"),
        ("NL", "0012 AB"),
        ("NL", "1012"),
        ("GB", "12345"),
        ("GB", "GIR 0AA and more"),
        ("GB", "SW1A"),
        ("FR", "7500"),
        ("FR", "75001x"),
        ("US", "1234"),
        ("US", "10001-12"),
        ("US", "ABCDE"),
    ],
)
def test_postcode_that_is_none_is_refused_with_an_example(country, postal_code):
    form = filled(country=country, postal_code=postal_code)

    assert not form.is_valid()
    assert rules_for(country).postal_code_example in form.errors["postal_code"][0]


@pytest.mark.parametrize(
    ("country", "shown"),
    [
        ("DE", ["postal_code", "city"]),
        ("GB", ["city", "postal_code"]),
        ("US", ["city", "state", "postal_code"]),
        ("HK", ["state", "city"]),
        ("SG", ["postal_code"]),
    ],
)
def test_country_decides_which_fields_there_are(country, shown):
    form = AddressForm(initial={"country": country})

    assert list(form.fields) == ["country", "full_name", "line1", "line2", *shown, "phone"]


@pytest.mark.parametrize(
    ("country", "labels"),
    [("DE", "Postcode"), ("US", "ZIP code"), ("IE", "Eircode"), ("IN", "PIN code")],
)
def test_postcode_has_the_name_of_the_country(country, labels):
    assert AddressForm(initial={"country": country}).fields["postal_code"].label == labels


def test_address_is_kept_as_the_person_spells_it():
    form = filled(full_name="  mara   LIND-ö'neill ", line1="torstr.  1\r\nHinterhaus")

    assert form.is_valid()
    assert form.cleaned_data == {
        "country": "DE",
        "full_name": "mara LIND-ö'neill",
        "line1": "torstr. 1 Hinterhaus",
        "line2": "",
        "postal_code": "10119",
        "city": "Berlin",
        "state": "",
        "phone": "",
    }


def test_phone_becomes_international():
    form = filled(phone="030 901820")

    assert form.is_valid()
    assert form.cleaned_data["phone"] == "+4930901820"


@pytest.mark.parametrize("phone", ["call me", "12", "+999999999999999999999"])
def test_phone_that_is_none_is_refused(phone):
    assert list(filled(phone=phone).errors) == ["phone"]


@pytest.mark.parametrize("name", ["full_name", "line1", "postal_code", "city"])
def test_what_a_parcel_needs_is_required(name):
    assert list(filled(**{name: "  "}).errors) == [name]


@pytest.mark.parametrize("state", ["CA", "ca", "California", " california "])
def test_state_is_understood_by_code_or_name(state):
    form = filled(country="US", postal_code="94016", city="Daly City", state=state)

    assert form.is_valid()
    assert form.cleaned_data["state"] == "CA"


def test_state_is_asked_for_after_the_country_changed():
    form = filled(country="US", postal_code="94016")

    assert list(form.errors) == ["state"]
    assert ("CA", "California") in form.fields["state"].choices


def test_region_of_a_country_without_regions_is_dropped():
    form = filled(state="Atlantis")

    assert form.is_valid()
    assert form.cleaned_data["state"] == ""


def test_only_the_offered_countries_can_be_chosen():
    form = AddressForm({**BERLIN, "country": "US"}, countries=["AT", "DE"])

    assert [code for code, _name in form.fields["country"].choices] == ["AT", "DE"]
    assert "country" in form.errors


def test_country_of_the_shop_is_preset_and_the_first_offered_one_otherwise():
    assert AddressForm(countries=["AT", "DE"]).initial["country"] == "DE"
    assert AddressForm(countries=["FR", "AT"]).initial["country"] == "AT"
    assert AddressForm(initial={"country": "FR"}).initial["country"] == "FR"


def test_stored_address_fills_the_form_again():
    form = filled(line2="3rd floor")
    assert form.is_valid()
    initial = AddressForm.initial_from(form.cleaned_data)

    assert initial == {**BERLIN, "line2": "3rd floor"}
    assert AddressForm.initial_from(None) == {}
    assert AddressForm(form.cleaned_data).is_valid()


def test_two_addresses_on_one_page_do_not_mix():
    form = AddressForm(
        {f"billing-{name}": value for name, value in BERLIN.items()},
        prefix="billing",
        section="billing",
    )

    assert form.is_valid()
    assert 'autocomplete="billing postal-code"' in str(form["postal_code"])
    assert 'name="billing-city"' in str(form["city"])


def test_browsers_can_fill_it_in():
    form = AddressForm()

    assert 'autocomplete="shipping country"' in str(form["country"])
    assert 'autocomplete="shipping address-line1"' in str(form["line1"])
    assert 'inputmode="numeric"' in str(form["postal_code"])
    assert 'type="tel"' in str(form["phone"])


@pytest.mark.parametrize("country", [code for code, _name in all_countries])
def test_every_country_has_a_form(country):
    form = AddressForm({"country": country})

    assert form.is_bound
    assert {"full_name", "line1"} <= set(form.errors)
    assert "country" not in form.errors


def test_example_postcodes_are_accepted_by_their_own_country():
    refused = []
    for code, _name in all_countries:
        rules = rules_for(code)
        if rules.postal_code_example and not rules.accepts_postal_code(rules.postal_code_example):
            refused.append(code)

    assert refused == []


@given(
    data=st.fixed_dictionaries(
        {
            part: st.text(max_size=60) | st.sampled_from(["DE", "US", "GB", "", "10119"])
            for part in PARTS
        }
    )
)
def test_hostile_input_never_breaks_the_form(data):
    form = AddressForm(data)
    if form.is_valid():
        assert all(
            "\n" not in value and "\x00" not in value for value in form.cleaned_data.values()
        )
    form.as_p()


@pytest.mark.parametrize("country", ["", "ZZ", "XX", "de", "../de", "D\x00", "DEU", "all"])
def test_unknown_country_has_the_loosest_rules(country):
    rules = rules_for(country)

    assert rules.accepts_postal_code("anything")
    assert rules.required == {"full_name", "line1", "city"}


def test_repeated_fields_take_the_last_value():
    sent = QueryDict("country=US&country=DE&full_name=a&line1=b&postal_code=10119&city=c")

    assert AddressForm(sent).is_valid()


def test_control_characters_are_left_out():
    assert one_line("a\x00b\x1b[31m \u200dc\td") == "ab[31m \u200dc d"
