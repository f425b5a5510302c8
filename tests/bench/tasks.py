"""The job that the background part counts."""

from procrastinate.contrib.django import app

from catalog.models import Product


@app.task(name="bench.look")
def look() -> bool:
    """One SELECT, as the smallest useful job does."""
    return Product.objects.exists()
