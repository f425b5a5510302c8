"""Queues jobs, lets one worker do them, and tells how long it took."""

import json
import subprocess
import sys
from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand
from django.db.models import Max, Min
from procrastinate.contrib.django.models import ProcrastinateEvent

from tests.bench.tasks import look

QUEUE = "bench"


class Command(BaseCommand):
    help = "Queue jobs and print the seconds between the first start and the last end."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--jobs", type=int, required=True)

    def handle(self, *args: Any, jobs: int, **options: Any) -> None:
        look.configure(queue=QUEUE).batch_defer(*({} for _number in range(jobs)))
        newest = ProcrastinateEvent.objects.aggregate(Max("pk"))["pk__max"]
        worker = [sys.executable, str(settings.BASE_DIR / "manage.py"), "procrastinate", "worker"]
        subprocess.run([*worker, "--one-shot", "--queues", QUEUE], check=True)
        events = ProcrastinateEvent.objects.filter(pk__gt=newest, job__queue_name=QUEUE)
        started = events.filter(type="started").aggregate(Min("at"))["at__min"]
        ended = events.filter(type="succeeded").aggregate(Max("at"))["at__max"]
        done = events.filter(type="succeeded").count()
        seconds = (ended - started).total_seconds() if done else 0.0
        self.stdout.write(json.dumps({"done": done, "seconds": seconds}))
