from django.db import migrations, models
from django.db.models import F, Q


class Migration(migrations.Migration):
    dependencies = [("orders", "0001_initial")]

    operations = [
        migrations.RemoveConstraint(model_name="order", name="order_times_in_order"),
        migrations.AddConstraint(
            model_name="order",
            constraint=models.CheckConstraint(
                condition=(Q(paid_at=None) | Q(paid_at__gte=F("placed_at")))
                & (Q(fulfilled_at=None) | Q(paid_at__isnull=False, fulfilled_at__gte=F("paid_at")))
                & (
                    Q(shipped_at=None)
                    | Q(fulfilled_at__isnull=False, shipped_at__gte=F("fulfilled_at"))
                )
                & (
                    Q(delivered_at=None)
                    | Q(shipped_at__isnull=False, delivered_at__gte=F("shipped_at"))
                )
                & (Q(canceled_at=None) | Q(canceled_at__gte=F("placed_at"))),
                name="order_times_in_order",
            ),
        ),
    ]
