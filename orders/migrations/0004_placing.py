import django.db.models.deletion
import django.db.models.functions.datetime
import django.utils.timezone
import pgtrigger.compiler
import pgtrigger.migrations
from django.db import migrations, models

import orders.models.idempotency
import shop.models


class Migration(migrations.Migration):
    dependencies = [
        ("orders", "0003_promotions"),
    ]

    operations = [
        migrations.RunSQL(
            # One statement that first waits for the person's turn and then counts: each statement
            # inside sees what was committed before it began, which a plain query would not.
            sql="""
                CREATE FUNCTION pending_orders_of(customer uuid, address text)
                RETURNS bigint LANGUAGE plpgsql VOLATILE AS $$
                BEGIN
                    PERFORM pg_advisory_xact_lock(
                        hashtextextended(coalesce(customer::text, address), 0)
                    );
                    IF customer IS NULL THEN
                        RETURN (SELECT count(*) FROM orders_order
                                WHERE email = address AND status = 'PENDING');
                    END IF;
                    RETURN (SELECT count(*) FROM orders_order
                            WHERE customer_id = customer AND status = 'PENDING');
                END
                $$
            """,
            reverse_sql="DROP FUNCTION pending_orders_of(uuid, text);",
        ),
        migrations.CreateModel(
            name="IdempotencyKey",
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
                ("scope", models.CharField(max_length=50, verbose_name="scope")),
                ("owner", models.CharField(max_length=100, verbose_name="owner")),
                ("key", models.CharField(max_length=100, verbose_name="key")),
                ("fingerprint", models.CharField(max_length=64, verbose_name="fingerprint")),
                (
                    "status_code",
                    models.PositiveSmallIntegerField(
                        blank=True, null=True, verbose_name="status code"
                    ),
                ),
                ("location", models.CharField(blank=True, max_length=500, verbose_name="location")),
                ("body", models.TextField(blank=True, verbose_name="body")),
                (
                    "expires_at",
                    models.DateTimeField(
                        default=orders.models.idempotency.key_expiry, verbose_name="expires"
                    ),
                ),
            ],
            options={
                "verbose_name": "idempotency key",
                "verbose_name_plural": "idempotency keys",
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="OrderMail",
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
                    "kind",
                    models.CharField(
                        choices=[
                            ("PLACED", "Confirmation"),
                            ("PAID", "Payment received"),
                            ("SHIPPED", "On its way"),
                            ("DELIVERED", "Arrived"),
                            ("CANCELED", "Canceled"),
                            ("REFUNDED", "Refunded"),
                        ],
                        max_length=10,
                        verbose_name="kind",
                    ),
                ),
                (
                    "reference",
                    models.CharField(blank=True, max_length=100, verbose_name="reference"),
                ),
                (
                    "facts",
                    models.JSONField(
                        blank=True,
                        default=dict,
                        help_text="Of the event, without persons.",
                        verbose_name="facts",
                    ),
                ),
                (
                    "claimed_until",
                    models.DateTimeField(blank=True, null=True, verbose_name="being sent until"),
                ),
                ("sent_at", models.DateTimeField(blank=True, null=True, verbose_name="sent")),
            ],
            options={
                "verbose_name": "order mail",
                "verbose_name_plural": "order mails",
                "ordering": ["created_at", "id"],
                "abstract": False,
            },
        ),
        migrations.AddField(
            model_name="order",
            name="language",
            field=models.CharField(
                blank=True,
                db_default="",
                default="",
                editable=False,
                max_length=10,
                verbose_name="language",
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="order",
            trigger=pgtrigger.compiler.Trigger(
                name="begin_life",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="\n                    INSERT INTO orders_orderstatuschange\n                        (id, order_id, from_status, to_status, actor_id, reason)\n                    VALUES (gen_random_uuid(), NEW.id, '', NEW.status, NEW.customer_id, '');\n                    UPDATE orders_cart SET status = 'CHECKED_OUT'\n                    WHERE id = NEW.cart_id AND status <> 'CHECKED_OUT';\n                    RETURN NULL;\n                ",
                    hash="6f3f07650c4abafb246c3ad27234325683cd18cb",
                    operation="INSERT",
                    pgid="pgtrigger_begin_life_dabb1",
                    table="orders_order",
                    when="AFTER",
                ),
            ),
        ),
        migrations.AddIndex(
            model_name="idempotencykey",
            index=models.Index(fields=["expires_at"], name="idempotency_expiring"),
        ),
        migrations.AddConstraint(
            model_name="idempotencykey",
            constraint=models.UniqueConstraint(
                fields=("scope", "owner", "key"), name="idempotency_key_once_per_owner"
            ),
        ),
        migrations.AddConstraint(
            model_name="idempotencykey",
            constraint=models.CheckConstraint(
                condition=models.Q(("fingerprint__regex", "^[0-9a-f]{64}$")),
                name="idempotency_fingerprint_is_sha256",
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="idempotencykey",
            trigger=pgtrigger.compiler.Trigger(
                name="touch_updated_at",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="NEW.updated_at = now(); RETURN NEW;",
                    hash="51739124581c84bf6bbe45c0a9a9b65cc6a78efa",
                    operation="UPDATE",
                    pgid="pgtrigger_touch_updated_at_fc924",
                    table="orders_idempotencykey",
                    when="BEFORE",
                ),
            ),
        ),
        migrations.AddField(
            model_name="ordermail",
            name="order",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="mails",
                to="orders.order",
                verbose_name="order",
            ),
        ),
        migrations.AddIndex(
            model_name="ordermail",
            index=models.Index(
                condition=models.Q(("sent_at", None)),
                fields=["created_at"],
                name="order_mail_waiting",
            ),
        ),
        migrations.AddConstraint(
            model_name="ordermail",
            constraint=models.UniqueConstraint(
                fields=("order", "kind", "reference"), name="order_mail_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="ordermail",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("kind__in", ["PLACED", "PAID", "SHIPPED", "DELIVERED", "CANCELED", "REFUNDED"])
                ),
                name="order_mail_kind_known",
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="ordermail",
            trigger=pgtrigger.compiler.Trigger(
                name="touch_updated_at",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="NEW.updated_at = now(); RETURN NEW;",
                    hash="1858a5564739365b5001c57f5a2db90340cf4645",
                    operation="UPDATE",
                    pgid="pgtrigger_touch_updated_at_fa1e9",
                    table="orders_ordermail",
                    when="BEFORE",
                ),
            ),
        ),
    ]
