"""Prices over time: reductions by the 30-day rule, schedules, history and its proof."""
