"""Adds the task's id to the log lines of a background task, and logs which request enqueued it."""

import logging

from django_tasks.signals import task_enqueued, task_finished, task_started

from firm.monitoring.log_format import request_id, task_id

logger = logging.getLogger(__name__)


def connect() -> None:
    """Connect the signal receivers."""
    for signal, receiver in ((task_enqueued, enqueued), (task_started, started), (task_finished, finished)):
        signal.connect(receiver, dispatch_uid=f"firm.monitoring.task_logs.{receiver.__name__}")


def enqueued(sender, task_result, **kwargs) -> None:
    """Log a task that a request enqueued; those of commands are not logged."""
    if request_id.get() and task_result.task.backend == "worker":
        fields = {"task": str(task_result.id), "name": task_result.task.module_path}
        logger.info("A task was asked for", extra={"fields": fields})


def started(sender, task_result, **kwargs) -> None:
    """Set the task's id for the log lines that follow."""
    if task_result.task.backend == "worker":
        task_id.set(str(task_result.id))


def finished(sender, task_result, **kwargs) -> None:
    """Log the task's result."""
    if task_result.task.backend == "worker":
        fields = {"name": task_result.task.module_path, "status": str(task_result.status)}
        logger.info("A task has ended", extra={"fields": fields})
        task_id.set("")
