"""Ties the lines of a background task to each other, and to the request that has asked for it, by the task's number."""

import logging

from django_tasks.signals import task_enqueued, task_finished, task_started

from firm.monitoring.log_format import request_id, task_id

logger = logging.getLogger(__name__)


def connect() -> None:
    """Log what becomes of tasks."""
    for signal, receiver in ((task_enqueued, enqueued), (task_started, started), (task_finished, finished)):
        signal.connect(receiver, dispatch_uid=f"firm.monitoring.task_logs.{receiver.__name__}")


def enqueued(sender, task_result, **kwargs) -> None:
    """Log, with the request's number, that it has asked for the task; what commands ask for is not logged."""
    if request_id.get() and task_result.task.backend == "worker":
        fields = {"task": str(task_result.id), "name": task_result.task.module_path}
        logger.info("A task was asked for", extra={"fields": fields})


def started(sender, task_result, **kwargs) -> None:
    """Have every line of the task name it."""
    if task_result.task.backend == "worker":
        task_id.set(str(task_result.id))


def finished(sender, task_result, **kwargs) -> None:
    """Log how it ended."""
    if task_result.task.backend == "worker":
        fields = {"name": task_result.task.module_path, "status": str(task_result.status)}
        logger.info("A task has ended", extra={"fields": fields})
        task_id.set("")
