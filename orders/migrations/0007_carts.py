import django.db.models.deletion
import django.db.models.functions.datetime
import django.utils.timezone
import pgtrigger.compiler
import pgtrigger.migrations
from django.conf import settings
from django.db import migrations, models

import shop.models


class Migration(migrations.Migration):
    dependencies = [
        ("catalog", "0001_initial"),
        ("orders", "0006_taxes"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="CartChange",
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
                ("units", models.IntegerField(verbose_name="units")),
            ],
            options={
                "verbose_name": "cart change",
                "verbose_name_plural": "cart changes",
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="CartMetric",
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
                ("day", models.DateField(unique=True, verbose_name="day")),
                ("additions", models.PositiveIntegerField(default=0, verbose_name="times added")),
                ("units_added", models.PositiveIntegerField(default=0, verbose_name="units added")),
                ("removals", models.PositiveIntegerField(default=0, verbose_name="times removed")),
                (
                    "units_removed",
                    models.PositiveIntegerField(default=0, verbose_name="units removed"),
                ),
                ("carts", models.PositiveIntegerField(default=0, verbose_name="carts begun")),
                (
                    "checkouts",
                    models.PositiveIntegerField(default=0, verbose_name="checkouts begun"),
                ),
                ("orders", models.PositiveIntegerField(default=0, verbose_name="orders placed")),
                (
                    "ordered_carts",
                    models.PositiveIntegerField(
                        default=0,
                        help_text="Carts begun that day that sold.",
                        verbose_name="of these carts ordered",
                    ),
                ),
            ],
            options={
                "verbose_name": "day of carts",
                "verbose_name_plural": "carts by day",
                "ordering": ["-day"],
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="SavedItem",
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
                (
                    "token_digest",
                    models.CharField(blank=True, max_length=64, verbose_name="digest of the token"),
                ),
                ("quantity", models.PositiveIntegerField(default=1, verbose_name="quantity")),
            ],
            options={
                "verbose_name": "saved item",
                "verbose_name_plural": "saved items",
                "ordering": ["-created_at"],
                "abstract": False,
            },
        ),
        migrations.AddField(
            model_name="cart",
            name="country",
            field=models.CharField(
                blank=True,
                help_text="Where it would go; empty: home.",
                max_length=2,
                verbose_name="country",
            ),
        ),
        migrations.AddField(
            model_name="cart",
            name="shipping_method",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="+",
                to="orders.shippingmethod",
                verbose_name="shipping method",
            ),
        ),
        migrations.AddIndex(
            model_name="cart",
            index=models.Index(fields=["created_at"], name="cart_begun"),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="cartitem",
            trigger=pgtrigger.compiler.Trigger(
                name="count_added",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="\n        IF current_setting('selvedge.quiet_cart', true) = 'on' THEN RETURN NULL; END IF;\n        INSERT INTO orders_cartchange (id, units) VALUES (gen_random_uuid(), NEW.quantity);\n        RETURN NULL;\n    ",
                    hash="c2734d9493ed4a29166473b219620b5236590d7a",
                    operation="INSERT",
                    pgid="pgtrigger_count_added_b73f2",
                    table="orders_cartitem",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="cartitem",
            trigger=pgtrigger.compiler.Trigger(
                name="count_changed",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition='WHEN (OLD."quantity" IS DISTINCT FROM (NEW."quantity"))',
                    func="\n        IF current_setting('selvedge.quiet_cart', true) = 'on' THEN RETURN NULL; END IF;\n        INSERT INTO orders_cartchange (id, units) VALUES (gen_random_uuid(), NEW.quantity - OLD.quantity);\n        RETURN NULL;\n    ",
                    hash="6a6a230d4bef69c104782184140a0bc6eb86bb60",
                    operation="UPDATE",
                    pgid="pgtrigger_count_changed_a62ff",
                    table="orders_cartitem",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="cartitem",
            trigger=pgtrigger.compiler.Trigger(
                name="count_removed",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="\n        IF current_setting('selvedge.quiet_cart', true) = 'on' THEN RETURN NULL; END IF;\n        INSERT INTO orders_cartchange (id, units) VALUES (gen_random_uuid(), -OLD.quantity);\n        RETURN NULL;\n    ",
                    hash="c2f62caa65906a44613650123386185dde1384e8",
                    operation="DELETE",
                    pgid="pgtrigger_count_removed_d579b",
                    table="orders_cartitem",
                    when="AFTER",
                ),
            ),
        ),
        migrations.AddIndex(
            model_name="cartchange",
            index=models.Index(fields=["created_at"], name="cart_change_time"),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="cartchange",
            trigger=pgtrigger.compiler.Trigger(
                name="touch_updated_at",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="NEW.updated_at = now(); RETURN NEW;",
                    hash="a16dc9dc65733db8b2ff448c4da5d5c5be9189a9",
                    operation="UPDATE",
                    pgid="pgtrigger_touch_updated_at_34c14",
                    table="orders_cartchange",
                    when="BEFORE",
                ),
            ),
        ),
        migrations.AddConstraint(
            model_name="cartmetric",
            constraint=models.CheckConstraint(
                condition=models.Q(("ordered_carts__lte", models.F("carts"))),
                name="cart_metric_carts_add_up",
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="cartmetric",
            trigger=pgtrigger.compiler.Trigger(
                name="touch_updated_at",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="NEW.updated_at = now(); RETURN NEW;",
                    hash="b0bc7765d2191206308d3f2bcefa68eb081f499f",
                    operation="UPDATE",
                    pgid="pgtrigger_touch_updated_at_c4c76",
                    table="orders_cartmetric",
                    when="BEFORE",
                ),
            ),
        ),
        migrations.AddIndex(
            model_name="checkout",
            index=models.Index(fields=["created_at"], name="checkout_begun"),
        ),
        migrations.AddField(
            model_name="saveditem",
            name="user",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="person",
            ),
        ),
        migrations.AddField(
            model_name="saveditem",
            name="variant",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="+",
                to="catalog.productvariant",
                verbose_name="variant",
            ),
        ),
        migrations.AddConstraint(
            model_name="saveditem",
            constraint=models.UniqueConstraint(
                condition=models.Q(("user__isnull", False)),
                fields=("user", "variant"),
                name="saved_item_once_per_person",
            ),
        ),
        migrations.AddConstraint(
            model_name="saveditem",
            constraint=models.UniqueConstraint(
                condition=models.Q(("token_digest", ""), _negated=True),
                fields=("token_digest", "variant"),
                name="saved_item_once_per_browser",
            ),
        ),
        migrations.AddConstraint(
            model_name="saveditem",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("user", None), models.Q(("token_digest", ""), _negated=True)),
                    models.Q(("token_digest", ""), ("user__isnull", False)),
                    _connector="OR",
                ),
                name="saved_item_has_one_owner",
            ),
        ),
        migrations.AddConstraint(
            model_name="saveditem",
            constraint=models.CheckConstraint(
                condition=models.Q(("quantity__gt", 0)), name="saved_item_quantity_positive"
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="saveditem",
            trigger=pgtrigger.compiler.Trigger(
                name="touch_updated_at",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="NEW.updated_at = now(); RETURN NEW;",
                    hash="e3395d4d1757f8c9a73222f7cdefa7e7874a6630",
                    operation="UPDATE",
                    pgid="pgtrigger_touch_updated_at_a26a5",
                    table="orders_saveditem",
                    when="BEFORE",
                ),
            ),
        ),
    ]
