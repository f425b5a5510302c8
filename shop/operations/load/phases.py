"""How far a load is, as bars in a terminal."""

from django.utils.translation import gettext as _
from rich.progress import Progress, TaskID


class Phases:
    """A watch of a load that gives each phase a bar of its own."""

    def __init__(self, bars: Progress) -> None:
        self._bars = bars
        self._tasks: dict[str, TaskID] = {}
        self._labels = {
            "products": _("Products"),
            "orders": _("Orders"),
            "indexes": _("Indexes"),
            "listings": _("Listings"),
            "counts": _("Counts"),
        }

    def __call__(self, phase: str, done: int, total: int) -> None:
        task = self._tasks.get(phase)
        # A phase that comes again gets another bar.
        if task is None or (done == 0 and self._bars.tasks[task].finished):
            task = self._tasks[phase] = self._bars.add_task(self._labels[phase])
        self._bars.update(task, completed=done, total=total)
