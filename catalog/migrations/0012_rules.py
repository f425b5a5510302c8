import pgtrigger.compiler
import pgtrigger.migrations
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("catalog", "0011_scheduled_exports"),
    ]

    operations = [
        pgtrigger.migrations.RemoveTrigger(
            model_name="productvariant",
            name="active_product_keeps_primary",
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="category",
            trigger=pgtrigger.compiler.Trigger(
                name="deleted_only_when_empty",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition='WHEN (NEW."deleted_at" IS NOT NULL AND OLD."deleted_at" IS NULL)',
                    constraint="CONSTRAINT",
                    func="\n    PERFORM FROM catalog_category c WHERE c.id = NEW.id FOR UPDATE;\n    IF EXISTS (SELECT FROM catalog_category c WHERE c.id = NEW.id AND c.deleted_at IS NOT NULL)\n    AND (\n        EXISTS (\n            SELECT FROM catalog_productcategory link\n            JOIN catalog_product p ON p.id = link.product_id AND p.deleted_at IS NULL\n            WHERE link.category_id = NEW.id\n        )\n        OR EXISTS (\n            SELECT FROM catalog_category c WHERE c.parent_id = NEW.id AND c.deleted_at IS NULL\n        )\n    ) THEN\n        RAISE EXCEPTION 'category % is not empty', NEW.path\n            USING ERRCODE = 'check_violation', CONSTRAINT = 'category_deleted_when_empty';\n    END IF;\n    RETURN NULL;\n",
                    hash="34a36bf09023f079d014507cc5bd175cc6036468",
                    operation='UPDATE OF "deleted_at"',
                    pgid="pgtrigger_deleted_only_when_empty_e6fb8",
                    table="catalog_category",
                    timing="DEFERRABLE INITIALLY DEFERRED",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="productcategory",
            trigger=pgtrigger.compiler.Trigger(
                name="goes_into_a_live_category",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="\n    PERFORM FROM catalog_category c WHERE c.id IN (SELECT category_id FROM new_rows) ORDER BY c.id FOR KEY SHARE;\n    IF EXISTS (\n        SELECT FROM catalog_category c WHERE c.id IN (SELECT category_id FROM new_rows) AND c.deleted_at IS NOT NULL\n    ) THEN\n        RAISE EXCEPTION 'nothing is put into a deleted category'\n            USING ERRCODE = 'check_violation', CONSTRAINT = 'product_category_is_live';\n    END IF;\n    RETURN NULL;\n",
                    hash="6faa8cdf743b3f5623e475cb725d1017252bb7d2",
                    level="STATEMENT",
                    operation="INSERT",
                    pgid="pgtrigger_goes_into_a_live_category_32278",
                    referencing="REFERENCING NEW TABLE AS new_rows ",
                    table="catalog_productcategory",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="productcategory",
            trigger=pgtrigger.compiler.Trigger(
                name="moves_to_a_live_category",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="\n    PERFORM FROM catalog_category c WHERE c.id IN (SELECT category_id FROM new_rows EXCEPT SELECT category_id FROM old_rows) ORDER BY c.id FOR KEY SHARE;\n    IF EXISTS (\n        SELECT FROM catalog_category c WHERE c.id IN (SELECT category_id FROM new_rows EXCEPT SELECT category_id FROM old_rows) AND c.deleted_at IS NOT NULL\n    ) THEN\n        RAISE EXCEPTION 'nothing is put into a deleted category'\n            USING ERRCODE = 'check_violation', CONSTRAINT = 'product_category_is_live';\n    END IF;\n    RETURN NULL;\n",
                    hash="02def3955270fb94cab7ca7945326371868150d0",
                    level="STATEMENT",
                    operation="UPDATE",
                    pgid="pgtrigger_moves_to_a_live_category_f23e6",
                    referencing="REFERENCING OLD TABLE AS old_rows  NEW TABLE AS new_rows ",
                    table="catalog_productcategory",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="productvariant",
            trigger=pgtrigger.compiler.Trigger(
                name="active_product_keeps_primary",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition='WHEN (OLD."is_primary")',
                    constraint="CONSTRAINT",
                    func="\n    IF TG_OP = 'UPDATE' AND NEW.is_primary AND NEW.deleted_at IS NULL\n        AND NEW.product_id = OLD.product_id\n    THEN\n        RETURN NULL;\n    END IF;\n    PERFORM FROM catalog_product p WHERE p.id = OLD.product_id FOR SHARE;\n\n    IF EXISTS (\n        SELECT 1 FROM catalog_product p\n        WHERE p.id = OLD.product_id AND p.status = 'ACTIVE' AND p.deleted_at IS NULL\n        AND NOT EXISTS (\n            SELECT 1 FROM catalog_productvariant v\n            WHERE v.product_id = p.id AND v.is_primary AND v.deleted_at IS NULL\n        )\n    ) THEN\n        RAISE EXCEPTION 'active product % needs a primary variant', OLD.product_id\n            USING ERRCODE = 'check_violation', CONSTRAINT = 'product_active_has_primary_variant';\n    END IF;\n    RETURN NULL;\n",
                    hash="b7fcf5bcda1121eeb07fb74119d90dfd90611b95",
                    operation="UPDATE OR DELETE",
                    pgid="pgtrigger_active_product_keeps_primary_c3d6b",
                    table="catalog_productvariant",
                    timing="DEFERRABLE INITIALLY DEFERRED",
                    when="AFTER",
                ),
            ),
        ),
        migrations.RemoveConstraint(
            model_name="media",
            name="media_image_has_dimensions",
        ),
        migrations.RemoveConstraint(
            model_name="priceschedule",
            name="price_schedule_price_or_percent",
        ),
        migrations.RemoveConstraint(
            model_name="productvariant",
            name="variant_reduced_below_its_lowest_price",
        ),
        migrations.AddConstraint(
            model_name="media",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("kind", "IMAGE"), _negated=True),
                    models.Q(
                        ("height__gt", 0),
                        ("height__isnull", False),
                        ("width__gt", 0),
                        ("width__isnull", False),
                    ),
                    _connector="OR",
                ),
                name="media_image_has_dimensions",
            ),
        ),
        migrations.AddConstraint(
            model_name="priceschedule",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("percent_off", None), ("price__gte", 0), ("price__isnull", False)),
                    models.Q(
                        ("percent_off__isnull", False),
                        ("percent_off__range", (1, 90)),
                        ("price", None),
                    ),
                    _connector="OR",
                ),
                name="price_schedule_price_or_percent",
            ),
        ),
        migrations.AddConstraint(
            model_name="productvariant",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("former_price", None), ("lowest_prior_price", None), ("reduced_at", None)
                    ),
                    models.Q(
                        ("former_price__gte", models.F("lowest_prior_price")),
                        ("former_price__isnull", False),
                        ("lowest_prior_price__gt", models.F("price")),
                        ("lowest_prior_price__isnull", False),
                        ("reduced_at__isnull", False),
                    ),
                    _connector="OR",
                ),
                name="variant_reduced_below_its_lowest_price",
            ),
        ),
    ]
