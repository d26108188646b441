"""Runs on a Ray cluster: actors that last, one for each share of a machine; lost nodes' runs are done elsewhere."""

import contextlib
import time
from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Annotated, Any

from ganbench import BadOptionError, GanbenchError, Notify, RunRecord, RunSpec, Setting, Work

_NEWS_SECONDS = 0.5  # that an actor waits for something to tell

_Waiting = deque[tuple[RunSpec, int]]  # with how often each was tried


@dataclass
class _Actor:
    """A remote worker, what it is at and how often that was tried, and the results that it owes.

    starting: what it owes before it can be given a run; None once it is up.
    """

    handle: Any
    starting: Any
    spec: RunSpec | None = None
    tries: int = 0
    run: Any = None
    news: Any = None


@dataclass
class _Doer:
    """What an actor is made of. It may be asked for news while it is at a run."""

    work: Work
    threads: int
    events: list[Any] = field(default_factory=list)

    def __post_init__(self) -> None:
        import ray

        self.placed = self.work.placed("cuda:0" if ray.get_gpu_ids() else "cpu", self.threads)

    def do(self, spec: RunSpec) -> tuple[RunRecord | None, str]:
        """Run a spec; return its record, and why no results can be written any more, if so."""
        try:
            return self.placed(spec, self.events.append), ""
        except GanbenchError as error:
            return None, str(error)

    def up(self) -> bool:
        """Answer, once there is somebody to."""
        return True

    def news(self) -> list[Any]:
        """Return what was told since the last time, waiting a moment if that is nothing."""
        end = time.monotonic() + _NEWS_SECONDS
        while not self.events and time.monotonic() < end:
            time.sleep(0.02)
        count = len(self.events)
        told, self.events[:count] = self.events[:count], []
        return told


class Ray:
    """Keeps an actor busy on each share of a cluster; fulfils contracts.Executor.

    Every node must see the results folder at the same path, on the file system that a cluster's machines share: a run
    is stored there by the actor that does it, under its lease, and the driver is sent its record. A run whose node is
    lost is done again on another, and goes on from its last save. Nodes may join while runs go on.
    """

    def __init__(
        self,
        address: Annotated[str, Setting("of a cluster; auto for the one that this machine is in")] = "auto",
        cpus: Annotated[int, Setting("cores of a run, and its threads unless --threads says so", at_least=1)] = 1,
        gpus: Annotated[float, Setting("GPUs of a run; with less than 1, several runs share one", at_least=0)] = 0.0,
        tries: Annotated[int, Setting("of a run whose actor or node is lost, in all", at_least=1)] = 3,
    ) -> None:
        try:
            import ray
        except ImportError:
            raise BadOptionError("the executor ray needs Ray; install it with pip install 'ganbench[ray]'") from None
        self.ray: Any = ray
        self.address, self.cpus, self.gpus, self.tries = address, cpus, gpus, tries

    def run(self, work: Work, specs: Iterable[RunSpec], notify: Notify) -> Iterator[RunRecord]:
        """Yield records in the order in which their runs end."""
        waiting: _Waiting = deque((spec, 0) for spec in specs)
        gpus = self.gpus or float(work.devices[0] != "cpu")
        connected = self.ray.is_initialized()
        if not connected:
            self._connect()
        actors: list[_Actor] = []
        try:
            if not self._room(gpus):
                raise BadOptionError(f"no node of the Ray cluster has {self.cpus} cores and {gpus:g} GPUs for a run")
            while waiting or any(actor.spec for actor in actors):
                self._hand_out(work, waiting, actors, gpus)
                yield from self._listen(work, waiting, actors, notify)
        finally:
            for actor in actors:
                self.ray.kill(actor.handle)
            if not connected:
                self.ray.shutdown()

    def _connect(self) -> None:
        try:
            self.ray.init(address=self.address, log_to_driver=False)
        except ConnectionError as error:
            reason = str(error).splitlines()[0]
            raise BadOptionError(
                f"no Ray cluster at {self.address!r}: {reason}; start one with ray start --head"
            ) from None

    def _room(self, gpus: float) -> int:
        """Return how many actors the nodes that are alive have room for."""
        room = 0
        for node in self.ray.nodes():
            there = node["Resources"] if node["Alive"] else {}
            shares = [there.get("CPU", 0.0) // self.cpus, *([there.get("GPU", 0.0) // gpus] if gpus else [])]
            room += int(min(shares))
        return room

    def _hand_out(self, work: Work, waiting: _Waiting, actors: list[_Actor], gpus: float) -> None:
        """Give idle actors what is waiting; start further ones where nodes have room, and drop those without a node."""
        room = self._room(gpus)
        remote = self.ray.remote(num_cpus=self.cpus, num_gpus=gpus, max_concurrency=2)(_Doer)
        for _ in range(min(len(waiting), room) - len(actors)):
            handle = remote.remote(work, work.threads or self.cpus)
            actors.append(_Actor(handle, handle.up.remote()))
        for actor in [actor for actor in actors if actor.starting]:
            # a node that is lost is listed for a while, and an actor that is meant for it waits for ever
            ready, _ = self.ray.wait([actor.starting], timeout=0)
            try:
                if ready and self.ray.get(actor.starting):
                    actor.starting = None
                lost = len(actors) > room and bool(actor.starting)
            except self.ray.exceptions.RayError:
                lost = True
            if lost:
                actors.remove(actor)
                self.ray.kill(actor.handle)
        for actor in actors:
            if waiting and actor.spec is None and not actor.starting:
                actor.spec, actor.tries = waiting.popleft()
                actor.run = actor.handle.do.remote(actor.spec)

    def _listen(self, work: Work, waiting: _Waiting, actors: list[_Actor], notify: Notify) -> Iterator[RunRecord]:
        """Take in news and results for a moment; yield records."""
        busy = [actor for actor in actors if actor.spec]
        for actor in busy:
            actor.news = actor.news or actor.handle.news.remote()
        owed = [ref for actor in busy for ref in (actor.run, actor.news)]
        if not owed:
            time.sleep(_NEWS_SECONDS)
            return
        ready, _ = self.ray.wait(owed, timeout=2 * _NEWS_SECONDS)
        for actor in busy:
            try:
                if actor.news in ready:
                    for event in self.ray.get(actor.news):
                        notify(event)
                    actor.news = None
                if actor.run not in ready:
                    continue
                record, fault = self.ray.get(actor.run)
            except self.ray.exceptions.RayError as error:
                actors.remove(actor)
                record, fault = self._lost(work, waiting, actor, notify, error), ""
            if fault:
                raise GanbenchError(fault)
            actor.spec = None
            if record is not None:
                yield record

    def _lost(self, work: Work, waiting: _Waiting, actor: _Actor, notify: Notify, error: Exception) -> RunRecord | None:
        """Let a lost actor's run be tried again, or give it up."""
        with contextlib.suppress(Exception):
            self.ray.kill(actor.handle)
        assert actor.spec is not None
        if actor.tries + 1 < self.tries:
            waiting.append((actor.spec, actor.tries + 1))
            return None
        reason = f"its node was lost {self.tries} times: {type(error).__name__}"
        return work.lost(actor.spec, reason, notify)
