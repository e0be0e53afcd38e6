"""What a script tells the server: outputs, metrics and log lines, each by a line of its output."""

import json
import logging
import sys
import time


def _tell(message):
    sys.stdout.write("::" + json.dumps(message, default=str) + "::\n")
    sys.stdout.flush()


class _Handler(logging.Handler):
    _levels = ((logging.ERROR, "ERROR"), (logging.WARNING, "WARN"), (logging.INFO, "INFO"), (logging.DEBUG, "DEBUG"))

    def emit(self, record):
        level = next((name for least, name in self._levels if record.levelno >= least), "TRACE")
        _tell({"logs": [{"level": level, "message": self.format(record)}]})


class Kestra:
    """The functions that scripts call."""

    _logger = None

    @staticmethod
    def outputs(values):
        """Add a dictionary to the outputs of the task, which flows read as outputs.<task>.vars."""
        _tell({"outputs": values})

    @staticmethod
    def counter(name, value, tags=None):
        """Tell a number of things."""
        Kestra._metric("counter", name, value, tags)

    @staticmethod
    def gauge(name, value, tags=None):
        """Tell a measured number."""
        Kestra._metric("gauge", name, value, tags)

    @staticmethod
    def timer(name, duration, tags=None):
        """Tell how long something took: seconds, or a function that is called and measured."""
        if callable(duration):
            began = time.monotonic()
            duration()
            duration = time.monotonic() - began
        Kestra._metric("timer", name, duration, tags)

    @staticmethod
    def logger():
        """Return a logger whose lines come with their levels into the log of the execution."""
        if Kestra._logger is None:
            logger = logging.getLogger("Kestra")
            logger.setLevel(logging.DEBUG)
            logger.propagate = False
            logger.addHandler(_Handler())
            Kestra._logger = logger
        return Kestra._logger

    @staticmethod
    def _metric(kind, name, value, tags):
        _tell({"metrics": [{"type": kind, "name": name, "value": value, "tags": tags or {}}]})
