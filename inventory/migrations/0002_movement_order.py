from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("inventory", "0001_initial")]

    operations = [
        migrations.AddIndex(
            model_name="movement",
            index=models.Index(fields=["-created_at", "-id"], name="movement_newest"),
        ),
    ]
