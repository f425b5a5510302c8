"""Products that were public once leave a redirect behind, whatever they are when renamed."""

import pgtrigger.compiler
import pgtrigger.migrations
from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [
        ("catalog", "0008_imports"),
    ]

    operations = [
        pgtrigger.migrations.RemoveTrigger(
            model_name="product",
            name="remember_address",
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="product",
            trigger=pgtrigger.compiler.Trigger(
                name="remember_address",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition='WHEN (OLD."slug" IS DISTINCT FROM (NEW."slug"))',
                    func="\n            IF OLD.deleted_at IS NULL AND (OLD.status <> 'DRAFT' OR OLD.published_at <= statement_timestamp()) THEN\n                PERFORM catalog_remember_address('/p/' || OLD.slug || '/', '/p/' || NEW.slug || '/');\n            END IF;\n            RETURN NULL;\n        ",
                    hash="b09d4375a892c6d7bfdcf4cd438df2e8c052de5a",
                    operation="UPDATE",
                    pgid="pgtrigger_remember_address_739e2",
                    table="catalog_product",
                    when="AFTER",
                ),
            ),
        ),
    ]
