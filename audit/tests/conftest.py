"""What the tests of the chain share."""

import pytest

from audit.tests.factories import entries_of_the_month, tamper


@pytest.fixture
def anchor(db, settings, tmp_path):
    """An empty log, and a place for the ends of its chains that no other test knows."""
    tamper("DELETE FROM audit_auditlog")
    settings.AUDIT_ANCHOR = tmp_path / "anchor.json"
    settings.AUDIT_ARCHIVE = tmp_path / "archive"
    return settings.AUDIT_ANCHOR


@pytest.fixture
def old_entries(anchor):
    """A month of long ago with three sealed entries, one of them redacted."""
    return entries_of_the_month()
