"""Background jobs of privacy."""

from uuid import UUID

from procrastinate.contrib.django import app

from shop.accounts.privacy import copies, erasing, records, retention


@app.task(name=copies.BUILD)
def build_data_copy(export_id: str) -> bool:
    """After someone asked for a copy of their data: build it and write to them."""
    return copies.build(UUID(export_id))


@app.periodic(cron="*/10 * * * *")
@app.task(queueing_lock="accounts.take_up_copies", name="accounts.take_up_copies")
def take_up_copies(timestamp: int) -> int:
    """Every ten minutes: go on with copies whose job died."""
    return copies.take_up()


@app.periodic(cron="*/15 * * * *")
@app.task(queueing_lock="accounts.erase_due", lock="accounts.erase_due", name="accounts.erase_due")
def erase_due(timestamp: int) -> int:
    """Every quarter of an hour: erase who is due, and go on where a job died."""
    return erasing.erase_due()


@app.periodic(cron="47 2 * * *")
@app.task(queueing_lock="accounts.keep_retention", name="accounts.keep_retention")
def keep_retention(timestamp: int) -> dict[str, int]:
    """Each night: forget what has been kept long enough, and write down who was erased."""
    records.write_missing()
    return retention.enforce()
