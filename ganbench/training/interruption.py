"""Requests to stop: a run looks for one after each update, saves itself, and ends with what was asked.

A signal that arrives in the middle of an update would leave a model half changed, so it is kept until the update is
over. Where that takes longer than a grace, or the user asks twice, the run ends at once, and repeated it goes on from
its last save.
"""

import signal
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

GRACE_SECONDS = 10.0
_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class InterruptedRunError(KeyboardInterrupt):
    """A signal asked this process to stop. number: the signal's; exit_code: what a shell makes of it."""

    def __init__(self, number: int) -> None:
        super().__init__(f"stopped by {signal.Signals(number).name}")
        self.number, self.exit_code = number, 128 + number


class OutOfTimeError(Exception):
    """A run took longer than it may; it can be resumed."""


class LeaseLostError(Exception):
    """Another process has taken a run over, for this one was not heard of for too long."""


class StopRequest:
    """What a run is asked, if anything: the first request counts.

    timeout: seconds from the making on after which a run is asked to stop; None for no limit.
    """

    def __init__(self, timeout: float | None = None, clock: Callable[[], float] = time.monotonic) -> None:
        self._timeout, self._clock, self._began = timeout, clock, clock()
        self._cause: BaseException | None = None

    @property
    def cause(self) -> BaseException | None:
        """What the run is to end with; None while it may go on."""
        if self._cause is None and self._timeout is not None and self._clock() - self._began >= self._timeout:
            self.ask(OutOfTimeError(f"took longer than {self._timeout:g} s"))
        return self._cause

    def ask(self, cause: BaseException) -> None:
        """Ask a run to end with an exception."""
        self._cause = self._cause or cause

    @contextmanager
    def on_signals(self, grace: float = GRACE_SECONDS) -> Iterator[None]:
        """Take SIGINT, SIGTERM and SIGHUP, and the timeout, as requests inside; signals that are ignored stay so.

        grace: seconds that a run has, from a request on, to come to the end of its update. Python hands signals to
        its main thread alone: in another one nothing is taken.
        """
        self._overdue = False
        if threading.current_thread() is not threading.main_thread():
            yield
            return
        with _handling(lambda number: self._take(number, grace)), _alarm(lambda: self._too_late(grace)):
            if self._timeout is not None:
                signal.setitimer(signal.ITIMER_REAL, self._timeout)
            yield

    def _take(self, number: int, grace: float) -> None:
        if not isinstance(self._cause, InterruptedRunError):
            self._cause = InterruptedRunError(number)
            signal.setitimer(signal.ITIMER_REAL, grace)
        elif number == signal.SIGINT:  # a batch system may send SIGTERM twice, but a person means it
            raise InterruptedRunError(number)

    def _too_late(self, grace: float) -> None:
        if self.cause and (self._overdue or isinstance(self.cause, InterruptedRunError)):
            raise self.cause
        self._overdue = self.cause is not None  # the time limit came first: the update may still end
        signal.setitimer(signal.ITIMER_REAL, grace)


@contextmanager
def raising_on_signals() -> Iterator[None]:
    """Raise InterruptedRunError for SIGINT, SIGTERM and SIGHUP inside; signals that are ignored stay so."""

    def stop(number: int) -> None:
        raise InterruptedRunError(number)

    if threading.current_thread() is not threading.main_thread():
        yield
        return
    with _handling(stop):
        yield


@contextmanager
def _handling(handle: Callable[[int], None]) -> Iterator[None]:
    """Call handle for the signals that ask to stop, but for those that are ignored, as nohup has it."""
    kept = (signal.SIG_IGN, None)
    taken = {each: signal.getsignal(each) for each in _SIGNALS if signal.getsignal(each) not in kept}
    for each in taken:
        signal.signal(each, lambda number, _: handle(number))
    try:
        yield
    finally:
        for each, before in taken.items():
            signal.signal(each, before)


@contextmanager
def _alarm(ring: Callable[[], None]) -> Iterator[None]:
    """Call ring when the timer runs out; whoever had a timer running has it back afterwards."""
    began = time.monotonic()
    before, (left, _) = signal.signal(signal.SIGALRM, lambda *_: ring()), signal.setitimer(signal.ITIMER_REAL, 0)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
        if left:
            signal.setitimer(signal.ITIMER_REAL, max(0.01, left - (time.monotonic() - began)))
