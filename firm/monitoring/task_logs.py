"""Adds the task's id to the log lines of a background task, and logs which request enqueued it."""

import logging

from django.dispatch import receiver
from django_tasks.signals import task_enqueued, task_finished, task_started

from firm.monitoring.log_format import request_id, task_id

logger = logging.getLogger(__name__)


@receiver(task_enqueued)
def enqueued(sender, task_result, **kwargs) -> None:
    """Log a task that a request enqueued; those of commands are not logged."""
    if request_id.get() and task_result.task.backend == "worker":
        fields = {"task": str(task_result.id), "name": task_result.task.module_path}
        logger.info("A task was asked for", extra={"fields": fields})


@receiver(task_started)
def started(sender, task_result, **kwargs) -> None:
    if task_result.task.backend == "worker":
        task_id.set(str(task_result.id))


@receiver(task_finished)
def finished(sender, task_result, **kwargs) -> None:
    if task_result.task.backend == "worker":
        fields = {"name": task_result.task.module_path, "status": str(task_result.status)}
        logger.info("A task has ended", extra={"fields": fields})
        task_id.set("")
