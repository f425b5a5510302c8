"""Charges that a provider has and we do not are found, and given back only by staff."""

from dataclasses import replace
from datetime import timedelta

import pytest
import time_machine
from django.utils import timezone

from orders.tests.factories import placed_order
from payments import findings, processing, reconciliation, unknown_charges
from payments.charges import charge_of
from payments.errors import FindingClosed, ProviderAway
from payments.models import Payment, ReconciliationFinding
from payments.providers import provider
from payments.providers.base import Known, Outcome
from payments.tests.doubles.iyzico import IyzicoDouble
from payments.tests.doubles.paypal import PayPalDouble
from payments.tests.doubles.stripe import StripeDouble
from payments.tests.doubles.using import in_use
from payments.tests.test_notice_race import at_once
from shop.models import new_id
from tests.back_office import staff

pytestmark = pytest.mark.django_db

LATER = timedelta(minutes=20)


@pytest.fixture(params=[StripeDouble, PayPalDouble, IyzicoDouble], ids=lambda one: one.provider)
def double(request, settings):
    with in_use(request.param(), settings) as made:
        settings.PAYMENT_PROVIDERS = [made.provider]
        yield made


#: PayPal's list names transactions, and no order that could be told apart or voided.
NAMES_CHARGES = pytest.mark.parametrize("double", [StripeDouble, IyzicoDouble], indirect=True)


def bought(double):
    order = placed_order()
    made = processing.pay(order_id=order.pk, provider_name=double.provider, method=double.method())
    return processing.finish(made.pk, double.shopper_pays(made)) if made.is_under_way else made


def reconcile(after=LATER):
    with time_machine.travel(timezone.now() + after):
        report = reconciliation.reconcile()
    assert report.away == set()
    return report


def unknown(status="OPEN"):
    return ReconciliationFinding.objects.filter(kind="UNKNOWN_HERE", status=status)


def test_charges_that_we_know_are_no_findings(double):
    bought(double)
    assert reconcile().found == 0
    assert not unknown().exists()


def test_a_charge_that_nobody_here_knows_is_found_once(double):
    if double.provider == "PAYPAL":
        double.foreign.append(double.transaction("T9", "T0006", "34.90", key=str(new_id())))
    else:
        _charged_elsewhere(double)
    assert reconcile().found == 1
    reconcile()
    found = unknown().get()
    assert (found.payment_id, found.provider) == (None, double.provider)
    assert reconciliation.can_mend(found) == (double.provider != "PAYPAL")


def test_who_voids_nothing_by_a_list_is_not_asked_to(settings):
    settings.PAYMENT_PROVIDERS = ["PAYPAL"]
    now = timezone.now()
    findings.note_unknown("PAYPAL", "T9", theirs="€1.00", now=now, is_new=True)
    with pytest.raises(ProviderAway):
        reconciliation.mend(finding_id=unknown().get().pk)
    assert unknown().exists()


@NAMES_CHARGES
def test_a_second_charge_of_one_payment_is_found(double):
    payment = bought(double)
    if double.provider == "STRIPE":
        double.forget_keys()
    _charged_elsewhere(double, key=str(payment.pk))
    assert reconcile().found == 1


@NAMES_CHARGES
def test_money_that_is_still_held_weeks_later_is_still_found(double):
    _charged_elsewhere(double)
    reconcile()
    for days in (5, 20, 80):
        assert reconcile(timedelta(days=days)).found == (0 if days > 60 else 1)
        assert unknown().exists()


@NAMES_CHARGES
def test_what_was_released_there_later_is_mended(double):
    _charged_elsewhere(double)
    reconcile()
    found = unknown().get()
    provider(double.provider).void(
        Known(str(new_id()), found.reference, 3490, "EUR"), key=str(new_id())
    )
    reconcile(timedelta(days=9))
    assert unknown("MENDED").get() == found


def test_what_the_provider_knows_first_of_a_payment_under_way_is_no_finding(double):
    order = placed_order()
    made = processing.pay(order_id=order.pk, provider_name=double.provider, method=double.method())
    double.shopper_pays(made)
    later = timezone.now() + LATER
    with time_machine.travel(later):
        since = later - timedelta(days=4)
        assert unknown_charges.look_for(double.provider, since=since, now=later) == 0
    assert not unknown().exists()


@NAMES_CHARGES
def test_staff_give_back_what_is_nobodys(double):
    _charged_elsewhere(double)
    reconcile()
    found = unknown().get()
    assert reconciliation.can_mend(found)
    done = reconciliation.mend(finding_id=found.pk, actor_id=staff().pk)
    assert done.status == "MENDED"
    assert reconcile().found == 0
    with pytest.raises(FindingClosed):
        reconciliation.mend(finding_id=found.pk)


@NAMES_CHARGES
def test_giving_back_asks_as_often_however_long_the_list_is(double):
    def asked():
        _charged_elsewhere(double)
        reconcile()
        found = unknown().get()
        before = len(double.seen)
        assert reconciliation.mend(finding_id=found.pk).status == "MENDED"
        return len(double.seen) - before

    alone = asked()
    for _ in range(4):
        bought(double)
    assert asked() == alone


@NAMES_CHARGES
def test_what_holds_nothing_any_more_is_not_given_back_again(double):
    _charged_elsewhere(double)
    reconcile()
    found = unknown().get()
    remote = provider(double.provider)
    remote.void(remote.find_listed(found.reference), key=str(new_id()))
    voids = double.keys("void")
    assert reconciliation.mend(finding_id=found.pk).status == "MENDED"
    assert double.keys("void") == voids


@NAMES_CHARGES
def test_a_charge_that_turned_out_to_be_ours_is_not_given_back(double):
    payment = bought(double)
    now, reference = timezone.now(), payment.provider_reference
    findings.note_unknown(double.provider, reference, theirs="€1.00", now=now, is_new=True)
    assert reconciliation.mend(finding_id=unknown().get().pk).status == "MENDED"
    assert double.keys("void") == []
    assert reconcile().found == 0


@NAMES_CHARGES
def test_a_charge_that_the_provider_does_not_show_now_stays_a_finding(double):
    _charged_elsewhere(double)
    reconcile()
    found = unknown().get()
    double.fail("fetch", "500")
    with pytest.raises(ProviderAway):
        reconciliation.mend(finding_id=found.pk)
    double.heal()
    found.reference = "1234"
    found.save()
    with pytest.raises(ProviderAway):
        reconciliation.mend(finding_id=found.pk)
    assert unknown().get() == found


@pytest.mark.django_db(transaction=True)
def test_two_runs_at_once_note_a_charge_once():
    facts = {"theirs": "€34.90 / €0.00", "now": timezone.now(), "is_new": True}
    noted = at_once([lambda: findings.note_unknown("STRIPE", "pi_1", **facts)] * 8)
    assert noted == [True] * 8
    assert unknown().count() == 1


def test_the_page_of_a_charge_without_a_payment_opens(double, client):
    ReconciliationFinding.objects.create(
        provider=double.provider, reference="pi_1", kind="UNKNOWN_HERE", ours="unknown",
        theirs="€1.00", first_seen_at=timezone.now(), last_seen_at=timezone.now(),
    )  # fmt: skip
    client.force_login(staff())
    url = "/admin/payments/reconciliationfinding/"
    assert "pi_1" in client.get(f"{url}{unknown().get().pk}/change/").content.decode()
    assert client.get(url).status_code == 200


def _charged_elsewhere(double, *, key=None):
    """Money that is held at the provider and written nowhere here."""
    order = placed_order()
    payment = Payment(
        order=order,
        amount=order.total,
        currency=order.currency,
        method_token=double.method().token,
        ip_address="192.0.2.1",
    )
    answer = provider(double.provider).authorize(
        replace(charge_of(payment), key=key or str(new_id()))
    )
    if answer.outcome == Outcome.CHALLENGE:
        double.pay(answer.reference)
