import django.contrib.postgres.fields
import django.db.models.deletion
import django.db.models.functions.datetime
import django.utils.timezone
import django_countries.fields
import pgtrigger.compiler
import pgtrigger.migrations
from django.db import migrations, models

import shop.models


def make_zones(apps, schema_editor):
    """One zone for each set of countries that methods reach today."""
    Zone = apps.get_model("orders", "ShippingZone")
    Method = apps.get_model("orders", "ShippingMethod")
    zones = {}
    for method in Method.objects.order_by("position", "code"):
        reached = tuple(sorted(method.countries))
        if reached not in zones:
            zones[reached] = Zone.objects.create(
                code=method.code,
                name=", ".join(reached)[:100],
                countries=list(reached) or ["XX"],
                position=len(zones) + 1,
            )
        Method.objects.filter(pk=method.pk).update(zone=zones[reached])


def list_countries(apps, schema_editor):
    Method = apps.get_model("orders", "ShippingMethod")
    for method in Method.objects.select_related("zone"):
        Method.objects.filter(pk=method.pk).update(countries=method.zone.countries)


class Migration(migrations.Migration):
    dependencies = [("inventory", "0001_initial"), ("orders", "0005_fulfillment")]

    operations = [
        migrations.CreateModel(
            name="ShippingZone",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=shop.models.new_id,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                        verbose_name="id",
                    ),
                ),
                (
                    "created_at",
                    models.DateTimeField(
                        db_default=django.db.models.functions.datetime.Now(),
                        default=django.utils.timezone.now,
                        editable=False,
                        verbose_name="created",
                    ),
                ),
                (
                    "updated_at",
                    models.DateTimeField(
                        db_default=django.db.models.functions.datetime.Now(),
                        default=django.utils.timezone.now,
                        editable=False,
                        verbose_name="updated",
                    ),
                ),
                ("code", models.SlugField(unique=True, verbose_name="code")),
                ("name", models.CharField(max_length=100, verbose_name="name")),
                (
                    "countries",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=2),
                        size=None,
                        verbose_name="countries",
                    ),
                ),
                (
                    "regions",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=100),
                        blank=True,
                        default=list,
                        size=None,
                        verbose_name="regions",
                    ),
                ),
                (
                    "postal_codes",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=30),
                        blank=True,
                        default=list,
                        size=None,
                        verbose_name="postal codes",
                    ),
                ),
                ("position", models.PositiveIntegerField(default=0, verbose_name="position")),
            ],
            options={
                "verbose_name": "delivery zone",
                "verbose_name_plural": "delivery zones",
                "ordering": ["position", "code"],
                "abstract": False,
            },
        ),
        migrations.AlterField(
            model_name="shippingmethod",
            name="countries",
            field=django.contrib.postgres.fields.ArrayField(
                base_field=models.CharField(max_length=2),
                default=list,
                size=None,
                verbose_name="countries",
            ),
        ),
        migrations.AddField(
            model_name="shippingmethod",
            name="zone",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="methods",
                to="orders.shippingzone",
                verbose_name="zone",
            ),
        ),
        migrations.RunPython(make_zones, list_countries),
        migrations.AlterField(
            model_name="shippingmethod",
            name="zone",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="methods",
                to="orders.shippingzone",
                verbose_name="zone",
            ),
        ),
        migrations.RemoveField(
            model_name="shippingmethod",
            name="countries",
        ),
        migrations.CreateModel(
            name="PickUpPoint",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=shop.models.new_id,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                        verbose_name="id",
                    ),
                ),
                (
                    "created_at",
                    models.DateTimeField(
                        db_default=django.db.models.functions.datetime.Now(),
                        default=django.utils.timezone.now,
                        editable=False,
                        verbose_name="created",
                    ),
                ),
                (
                    "updated_at",
                    models.DateTimeField(
                        db_default=django.db.models.functions.datetime.Now(),
                        default=django.utils.timezone.now,
                        editable=False,
                        verbose_name="updated",
                    ),
                ),
                ("line1", models.CharField(max_length=200, verbose_name="street and number")),
                ("postal_code", models.CharField(max_length=20, verbose_name="postal code")),
                ("city", models.CharField(max_length=100, verbose_name="town")),
                (
                    "country",
                    django_countries.fields.CountryField(max_length=2, verbose_name="country"),
                ),
                (
                    "opening_hours",
                    models.CharField(
                        help_text="Such as: Mon–Fri 10–18, Sat 11–15.",
                        max_length=200,
                        verbose_name="opening hours",
                    ),
                ),
                (
                    "instructions",
                    models.CharField(
                        blank=True,
                        help_text="Such as: ring at the blue door and bring your order number.",
                        max_length=200,
                        verbose_name="how to collect",
                    ),
                ),
                ("is_offered", models.BooleanField(default=True, verbose_name="offered")),
            ],
            options={
                "verbose_name": "pick-up point",
                "verbose_name_plural": "pick-up points",
                "ordering": ["country", "postal_code"],
                "abstract": False,
            },
        ),
        migrations.AddField(
            model_name="checkout",
            name="vat_number",
            field=models.CharField(blank=True, max_length=20, verbose_name="VAT number"),
        ),
        migrations.AddField(
            model_name="order",
            name="is_reverse_charge",
            field=models.BooleanField(
                db_default=False, default=False, verbose_name="reverse charge"
            ),
        ),
        migrations.AddField(
            model_name="order",
            name="pick_up_address",
            field=models.CharField(
                blank=True, db_default="", default="", max_length=500, verbose_name="collected at"
            ),
        ),
        migrations.AddField(
            model_name="order",
            name="vat_number",
            field=models.CharField(
                blank=True, db_default="", default="", max_length=20, verbose_name="VAT number"
            ),
        ),
        migrations.AddField(
            model_name="shippingmethod",
            name="band_prices",
            field=django.contrib.postgres.fields.ArrayField(
                base_field=models.BigIntegerField(), blank=True, default=list, size=None
            ),
        ),
        migrations.AddField(
            model_name="shippingmethod",
            name="band_starts",
            field=django.contrib.postgres.fields.ArrayField(
                base_field=models.BigIntegerField(), blank=True, default=list, size=None
            ),
        ),
        migrations.AddField(
            model_name="shippingmethod",
            name="priced_by",
            field=models.CharField(
                choices=[
                    ("ORDER", "One price per order"),
                    ("WEIGHT", "By weight"),
                    ("AMOUNT", "By worth of the goods"),
                ],
                default="ORDER",
                max_length=10,
                verbose_name="priced",
            ),
        ),
        migrations.AddField(
            model_name="pickuppoint",
            name="location",
            field=models.OneToOneField(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="pick_up_point",
                to="inventory.location",
                verbose_name="location",
            ),
        ),
        migrations.AddField(
            model_name="checkout",
            name="pick_up_point",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="+",
                to="orders.pickuppoint",
                verbose_name="pick-up point",
            ),
        ),
        migrations.AddField(
            model_name="order",
            name="pick_up_point",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="orders",
                to="orders.pickuppoint",
                verbose_name="pick-up point",
            ),
        ),
        migrations.AddConstraint(
            model_name="order",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("is_reverse_charge", False),
                    models.Q(
                        ("included_tax", 0),
                        ("prices_include_tax", False),
                        ("tax", 0),
                        models.Q(("vat_number", ""), _negated=True),
                    ),
                    _connector="OR",
                ),
                name="order_reverse_charge_has_a_number_and_no_tax",
            ),
        ),
        migrations.AddConstraint(
            model_name="shippingzone",
            constraint=models.CheckConstraint(
                condition=models.Q(("countries__len__gt", 0)), name="zone_has_a_country"
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="shippingzone",
            trigger=pgtrigger.compiler.Trigger(
                name="touch_updated_at",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="NEW.updated_at = now(); RETURN NEW;",
                    hash="759c86871b9248df88caaa109ac6acf2f1d43ae5",
                    operation="UPDATE",
                    pgid="pgtrigger_touch_updated_at_69ccd",
                    table="orders_shippingzone",
                    when="BEFORE",
                ),
            ),
        ),
        migrations.AddConstraint(
            model_name="shippingmethod",
            constraint=models.CheckConstraint(
                condition=models.Q(("band_starts__len", models.F("band_prices__len"))),
                name="shipping_band_has_a_price",
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="pickuppoint",
            trigger=pgtrigger.compiler.Trigger(
                name="touch_updated_at",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="NEW.updated_at = now(); RETURN NEW;",
                    hash="908125ef6718971b22f61cebec60db60bfa275f5",
                    operation="UPDATE",
                    pgid="pgtrigger_touch_updated_at_26242",
                    table="orders_pickuppoint",
                    when="BEFORE",
                ),
            ),
        ),
    ]
