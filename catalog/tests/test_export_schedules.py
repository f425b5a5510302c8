"""Exports that come again and again."""

from datetime import UTC, datetime, timedelta

import pytest

from catalog import export_schedules, exports
from catalog.imports import retention
from catalog.models import ExportSchedule, ProductExport
from catalog.tests.factories import ProductFactory

pytestmark = pytest.mark.django_db

#: A Wednesday, at nine in the morning in Berlin.
NOW = datetime(2026, 3, 25, 8, tzinfo=UTC)


@pytest.fixture(autouse=True)
def exchange(settings, tmp_path):
    settings.EXCHANGE_ROOT = tmp_path


def planned(**facts):
    plan = {"title": "Drafts", "columns": ["sku"], "hour": 6, "next_at": NOW} | facts
    return ExportSchedule.objects.create(**plan)


@pytest.mark.parametrize(
    ("weekday", "hour", "moment"),
    [
        (None, 10, datetime(2026, 3, 25, 9)),
        (None, 9, datetime(2026, 3, 26, 8)),
        (2, 10, datetime(2026, 3, 25, 9)),
        (2, 8, datetime(2026, 4, 1, 6)),
        (4, 23, datetime(2026, 3, 27, 22)),
        # Clocks go from two to three on this Sunday.
        (6, 2, datetime(2026, 3, 29, 1)),
    ],
)
def test_next_file_comes_at_the_hour_of_the_shop(weekday, hour, moment):
    schedule = ExportSchedule(weekday=weekday, hour=hour)
    assert export_schedules.next_moment(schedule, NOW) == moment.replace(tzinfo=UTC)


def test_due_file_is_written_with_its_filter_and_columns():
    ProductFactory(slug="tee")
    ProductFactory(slug="cap", status="DRAFT")
    schedule = planned(selection={"status__exact": "DRAFT"}, weekday=0)
    assert export_schedules.order_due(NOW) == 1
    export = exports.write_ordered(schedule.files.get().pk)
    lines = exports.path_of(export).read_text("utf-8-sig").splitlines()
    assert lines == ["sku", "CAP-NAVY-S", "CAP-NAVY-M"]
    schedule.refresh_from_db()
    assert schedule.next_at == datetime(2026, 3, 30, 4, tzinfo=UTC)


def test_turns_that_were_missed_are_one_file():
    planned()
    assert export_schedules.order_due(NOW + timedelta(days=5)) == 1
    assert export_schedules.order_due(NOW + timedelta(days=5)) == 0


def test_paused_and_later_ones_are_left():
    planned(is_active=False)
    planned(next_at=NOW + timedelta(minutes=1))
    assert export_schedules.order_due(NOW) == 0


def test_file_is_kept_as_long_as_was_planned():
    schedule = planned(keep_days=30)
    export_schedules.order_due(NOW)
    path = exports.path_of(exports.write_ordered(schedule.files.get().pk))
    retention.clean(NOW + timedelta(days=29))
    assert path.exists()
    retention.clean(NOW + timedelta(days=31))
    assert not path.exists()
    assert not ProductExport.objects.exists()


def test_files_stay_when_their_plan_is_given_up():
    schedule = planned()
    export_schedules.order_due(NOW)
    schedule.delete()
    assert ProductExport.objects.get().schedule is None
