"""How a task ends when it fails."""


class TaskError(Exception):
    """The work could not be done; the message says what failed and why."""


class InvalidInput(TaskError):
    """An option, a setting or a file is wrong, so that another try would fail in the same way."""


class TimedOut(BaseException):
    """A try took longer than it may."""


class Killed(BaseException):
    """The process received a signal to end. Not an Exception: only the end of the task may catch it."""
