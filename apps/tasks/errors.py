"""How a task ends when it does not end well."""


class TaskError(Exception):
    """The work could not be done; the message says what failed and why."""


class TimedOut(BaseException):
    """A try took longer than it may."""


class Killed(BaseException):
    """Somebody asked the process to end. Not an Exception: nothing but the end of the task may catch it."""
