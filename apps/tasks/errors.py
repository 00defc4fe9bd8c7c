"""Errors that end a task."""


class TaskError(Exception):
    """A task failed. The message contains the failed step and the reason."""


class InvalidInput(TaskError):
    """An option, a setting or a file is invalid, so a retry would fail in the same way."""


class TimedOut(BaseException):
    """An attempt exceeded its time limit."""


class Killed(BaseException):
    """The process received a signal to end. It is no `Exception`, so that only the end of the task catches it."""


class WorkerLost(BaseException):
    """The worker of this task was killed, so writing to the task's log fails. DolphinScheduler restarts the task."""
