"""Ways to deliver, taxes, carts and checkouts."""

import django.contrib.postgres.fields
import django.db.models.deletion
import django.db.models.functions.datetime
import django.utils.timezone
import django_countries.fields
import pgtrigger.compiler
from django.conf import settings
from django.db import migrations, models

import orders.models.carts
import shop.models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("catalog", "0002_products"),
        ("inventory", "0001_initial"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

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
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("countries__len__gt", 0)), name="zone_has_a_country"
                    )
                ],
                "triggers": [
                    pgtrigger.compiler.Trigger(
                        name="touch_updated_at",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            func="NEW.updated_at = now(); RETURN NEW;",
                            hash="759c86871b9248df88caaa109ac6acf2f1d43ae5",
                            operation="UPDATE",
                            pgid="pgtrigger_touch_updated_at_69ccd",
                            table="orders_shippingzone",
                            when="BEFORE",
                        ),
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="ShippingMethod",
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
                    "kind",
                    models.CharField(
                        choices=[("DELIVERY", "Delivery"), ("PICK_UP", "Pick-up in store")],
                        default="DELIVERY",
                        max_length=10,
                        verbose_name="kind",
                    ),
                ),
                ("carrier", models.CharField(blank=True, max_length=50, verbose_name="carrier")),
                (
                    "zone",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="methods",
                        to="orders.shippingzone",
                        verbose_name="zone",
                    ),
                ),
                ("currency", models.CharField(max_length=3, verbose_name="currency")),
                ("price", models.BigIntegerField(verbose_name="price")),
                (
                    "priced_by",
                    models.CharField(
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
                (
                    "band_starts",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.BigIntegerField(), blank=True, default=list, size=None
                    ),
                ),
                (
                    "band_prices",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.BigIntegerField(), blank=True, default=list, size=None
                    ),
                ),
                (
                    "free_from",
                    models.BigIntegerField(blank=True, null=True, verbose_name="free from"),
                ),
                (
                    "max_weight_grams",
                    models.PositiveIntegerField(blank=True, null=True, verbose_name="up to grams"),
                ),
                (
                    "min_days",
                    models.PositiveSmallIntegerField(verbose_name="fastest, in working days"),
                ),
                (
                    "max_days",
                    models.PositiveSmallIntegerField(verbose_name="slowest, in working days"),
                ),
                ("is_active", models.BooleanField(default=True, verbose_name="offered")),
                ("position", models.PositiveIntegerField(default=0, verbose_name="position")),
            ],
            options={
                "verbose_name": "shipping method",
                "verbose_name_plural": "shipping methods",
                "ordering": ["position", "price", "code"],
                "abstract": False,
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("price__gte", 0)), name="shipping_price_not_negative"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("free_from", None), ("free_from__gt", 0), _connector="OR"
                        ),
                        name="shipping_free_from_positive",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("max_days__gte", models.F("min_days"))),
                        name="shipping_days_in_order",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("band_starts__len", models.F("band_prices__len"))),
                        name="shipping_band_has_a_price",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("kind__in", ["DELIVERY", "PICK_UP"])),
                        name="shippingmethod_kind_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("priced_by__in", ["ORDER", "WEIGHT", "AMOUNT"])),
                        name="shippingmethod_priced_by_known",
                    ),
                ],
                "triggers": [
                    pgtrigger.compiler.Trigger(
                        name="touch_updated_at",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            func="NEW.updated_at = now(); RETURN NEW;",
                            hash="1a7d2211e456cb5417f31246bcd2c4b388ca7d66",
                            operation="UPDATE",
                            pgid="pgtrigger_touch_updated_at_a5444",
                            table="orders_shippingmethod",
                            when="BEFORE",
                        ),
                    )
                ],
            },
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
                (
                    "location",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="pick_up_point",
                        to="inventory.location",
                        verbose_name="location",
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
                "triggers": [
                    pgtrigger.compiler.Trigger(
                        name="touch_updated_at",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            func="NEW.updated_at = now(); RETURN NEW;",
                            hash="908125ef6718971b22f61cebec60db60bfa275f5",
                            operation="UPDATE",
                            pgid="pgtrigger_touch_updated_at_26242",
                            table="orders_pickuppoint",
                            when="BEFORE",
                        ),
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="TaxRate",
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
                ("name", models.CharField(max_length=100, verbose_name="name")),
                (
                    "country",
                    django_countries.fields.CountryField(max_length=2, verbose_name="country"),
                ),
                ("state", models.CharField(blank=True, max_length=100, verbose_name="region")),
                (
                    "tax_class",
                    models.CharField(
                        choices=[
                            ("STANDARD", "Standard"),
                            ("REDUCED", "Reduced"),
                            ("ZERO", "Zero"),
                        ],
                        default="STANDARD",
                        max_length=10,
                        verbose_name="tax class",
                    ),
                ),
                (
                    "rate_basis_points",
                    models.PositiveIntegerField(
                        help_text="1900 is 19 %.", verbose_name="rate in hundredths of a percent"
                    ),
                ),
            ],
            options={
                "verbose_name": "tax rate",
                "verbose_name_plural": "tax rates",
                "ordering": ["country", "state", "tax_class"],
                "abstract": False,
                "constraints": [
                    models.UniqueConstraint(
                        fields=("country", "state", "tax_class"), name="tax_rate_unique"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("rate_basis_points__lte", 10000)),
                        name="tax_rate_at_most_100_percent",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("tax_class__in", ["STANDARD", "REDUCED", "ZERO"])),
                        name="taxrate_tax_class_known",
                    ),
                ],
                "triggers": [
                    pgtrigger.compiler.Trigger(
                        name="touch_updated_at",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            func="NEW.updated_at = now(); RETURN NEW;",
                            hash="3559c91e1342f3698968913e7dcd844d30c657f9",
                            operation="UPDATE",
                            pgid="pgtrigger_touch_updated_at_c3845",
                            table="orders_taxrate",
                            when="BEFORE",
                        ),
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Cart",
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
                    "user",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="carts",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="person",
                    ),
                ),
                (
                    "token",
                    models.CharField(
                        default=orders.models.carts.new_token,
                        max_length=64,
                        unique=True,
                        verbose_name="token",
                    ),
                ),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("ACTIVE", "Active"),
                            ("CHECKED_OUT", "Checked out"),
                            ("ABANDONED", "Abandoned"),
                        ],
                        default="ACTIVE",
                        max_length=12,
                        verbose_name="status",
                    ),
                ),
                ("currency", models.CharField(max_length=3, verbose_name="currency")),
                (
                    "country",
                    models.CharField(
                        blank=True,
                        help_text="Where it would go; empty: home.",
                        max_length=2,
                        verbose_name="country",
                    ),
                ),
                (
                    "shipping_method",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to="orders.shippingmethod",
                        verbose_name="shipping method",
                    ),
                ),
                (
                    "expires_at",
                    models.DateTimeField(
                        default=orders.models.carts.cart_expiry, verbose_name="expires"
                    ),
                ),
                (
                    "is_draft",
                    models.BooleanField(
                        db_default=False,
                        default=False,
                        editable=False,
                        help_text="Staff fill it for a customer.",
                        verbose_name="draft",
                    ),
                ),
                (
                    "coupon_codes",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=40),
                        blank=True,
                        default=list,
                        size=None,
                        verbose_name="coupon codes",
                    ),
                ),
            ],
            options={
                "verbose_name": "cart",
                "verbose_name_plural": "carts",
                "ordering": ["-created_at"],
                "abstract": False,
                "indexes": [
                    models.Index(
                        condition=models.Q(("status", "ACTIVE")),
                        fields=["expires_at"],
                        name="cart_expiring",
                    ),
                    models.Index(fields=["created_at"], name="cart_begun"),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("status", "ACTIVE")),
                        fields=("user",),
                        name="cart_one_active_per_person",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("status__in", ["ACTIVE", "CHECKED_OUT", "ABANDONED"])),
                        name="cart_status_known",
                    ),
                ],
                "triggers": [
                    pgtrigger.compiler.Trigger(
                        name="touch_updated_at",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            func="NEW.updated_at = now(); RETURN NEW;",
                            hash="76cb2c957930a6c6b7adbd05e560416e77679374",
                            operation="UPDATE",
                            pgid="pgtrigger_touch_updated_at_3430e",
                            table="orders_cart",
                            when="BEFORE",
                        ),
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="CartItem",
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
                    "cart",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="items",
                        to="orders.cart",
                        verbose_name="cart",
                    ),
                ),
                (
                    "variant",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="catalog.productvariant",
                        verbose_name="variant",
                    ),
                ),
                ("quantity", models.PositiveIntegerField(verbose_name="quantity")),
                ("unit_price", models.BigIntegerField(verbose_name="unit price shown")),
            ],
            options={
                "verbose_name": "cart item",
                "verbose_name_plural": "cart items",
                "ordering": ["created_at"],
                "abstract": False,
                "constraints": [
                    models.UniqueConstraint(
                        fields=("cart", "variant"), name="cart_item_once_per_variant"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("quantity__gt", 0)), name="cart_item_quantity_positive"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("unit_price__gte", 0)),
                        name="cart_item_price_not_negative",
                    ),
                ],
                "triggers": [
                    pgtrigger.compiler.Trigger(
                        name="touch_updated_at",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            func="NEW.updated_at = now(); RETURN NEW;",
                            hash="3d0de6632911a56cf121a3d4b39fd6562d715560",
                            operation="UPDATE",
                            pgid="pgtrigger_touch_updated_at_c43da",
                            table="orders_cartitem",
                            when="BEFORE",
                        ),
                    ),
                    pgtrigger.compiler.Trigger(
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
                    pgtrigger.compiler.Trigger(
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
                    pgtrigger.compiler.Trigger(
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
                ],
            },
        ),
        migrations.CreateModel(
            name="Checkout",
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
                    "cart",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="checkout",
                        to="orders.cart",
                        verbose_name="cart",
                    ),
                ),
                ("email", models.EmailField(blank=True, max_length=254, verbose_name="e-mail")),
                ("wants_news", models.BooleanField(default=False, verbose_name="wants news")),
                (
                    "shipping_address",
                    models.JSONField(blank=True, null=True, verbose_name="delivery address"),
                ),
                (
                    "billing_address",
                    models.JSONField(
                        blank=True,
                        help_text="Empty: same as delivery.",
                        null=True,
                        verbose_name="billing address",
                    ),
                ),
                (
                    "shipping_method",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to="orders.shippingmethod",
                        verbose_name="shipping method",
                    ),
                ),
                (
                    "pick_up_point",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to="orders.pickuppoint",
                        verbose_name="pick-up point",
                    ),
                ),
                (
                    "vat_number",
                    models.CharField(blank=True, max_length=20, verbose_name="VAT number"),
                ),
                (
                    "customer_note",
                    models.CharField(blank=True, max_length=500, verbose_name="note"),
                ),
                (
                    "payment_provider",
                    models.CharField(blank=True, max_length=20, verbose_name="payment provider"),
                ),
                (
                    "payment_method",
                    models.JSONField(
                        blank=True,
                        default=dict,
                        help_text="The provider's token and what may be shown: brand and last four digits.",
                        verbose_name="payment method",
                    ),
                ),
                (
                    "credit",
                    models.JSONField(
                        blank=True, default=dict, verbose_name="gift cards and store credit"
                    ),
                ),
            ],
            options={
                "verbose_name": "checkout",
                "verbose_name_plural": "checkouts",
                "abstract": False,
                "indexes": [models.Index(fields=["created_at"], name="checkout_begun")],
                "triggers": [
                    pgtrigger.compiler.Trigger(
                        name="touch_updated_at",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            func="NEW.updated_at = now(); RETURN NEW;",
                            hash="89ece780fb8b71a03db13252104e52c48df72e9a",
                            operation="UPDATE",
                            pgid="pgtrigger_touch_updated_at_ed166",
                            table="orders_checkout",
                            when="BEFORE",
                        ),
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="GiftCardWish",
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
                    "item",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="gift_wishes",
                        to="orders.cartitem",
                        verbose_name="cart item",
                    ),
                ),
                ("sender_name", models.CharField(blank=True, max_length=100, verbose_name="from")),
                (
                    "recipient_name",
                    models.CharField(blank=True, max_length=100, verbose_name="recipient"),
                ),
                (
                    "recipient_email",
                    models.EmailField(max_length=254, verbose_name="recipient's e-mail"),
                ),
                ("message", models.CharField(blank=True, max_length=300, verbose_name="message")),
                ("send_on", models.DateField(blank=True, null=True, verbose_name="to be sent on")),
            ],
            options={
                "verbose_name": "wish for a gift card",
                "verbose_name_plural": "wishes for gift cards",
                "ordering": ["created_at", "id"],
                "abstract": False,
                "triggers": [
                    pgtrigger.compiler.Trigger(
                        name="touch_updated_at",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            func="NEW.updated_at = now(); RETURN NEW;",
                            hash="7b8c98d98b25000f60256db83410a6924d0f7651",
                            operation="UPDATE",
                            pgid="pgtrigger_touch_updated_at_c5a12",
                            table="orders_giftcardwish",
                            when="BEFORE",
                        ),
                    )
                ],
            },
        ),
    ]
