"""How far the runs of a results folder are, from its leases and records: what any terminal may ask."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from ganbench.schema.record import RunRecord
from ganbench.storage.leases import Leases
from ganbench.storage.store import Store

_COMMAND = "command-"  # leases of commands, beside those of runs


@dataclass(frozen=True)
class RunUnderWay:
    """A run that somebody is at.

    host, pid: where. seconds: since it was begun or gone on with, by the clocks of both machines. fraction: of its
    budget. left: seconds of training that are left at the speed since then; None before there is one. silent: seconds
    since its last sign of life, 0 while signs come as they should.
    """

    key: str
    title: str
    host: str
    pid: int
    device: str
    seconds: float
    fraction: float
    images_per_second: float
    doing: str
    left: float | None
    silent: float = 0.0


@dataclass(frozen=True)
class CommandUnderWay:
    """A command that is at its runs: how many it has, how many of these have ended, and where it runs.

    silent: as RunUnderWay has it.
    """

    host: str
    pid: int
    seconds: float
    runs: int
    ended: int
    left: float | None
    silent: float = 0.0


@dataclass(frozen=True)
class Progress:
    """All that goes on in a results folder, and what came of the runs that ended. damaged: a line for each."""

    runs: tuple[RunUnderWay, ...]
    commands: tuple[CommandUnderWay, ...]
    records: tuple[RunRecord, ...]
    damaged: tuple[str, ...]


def read_progress(root: Path, now: datetime | None = None) -> Progress:
    """Return how far the runs of a results folder are; leases whose owners are known to be gone are left out."""
    now = now or datetime.now(UTC)
    store = Store(root)
    records, damaged = store.readable()
    runs, commands, leases = [], [], Leases(root)
    for key, holder in leases.holders():
        if holder.gone:
            continue
        silent = leases.silent(key, now.timestamp())
        told = {
            "host": holder.host,
            "pid": holder.pid,
            "seconds": _since(holder.facts, now),
            "silent": silent if silent > holder.expiry else 0.0,
        }
        if key.startswith(_COMMAND):
            commands.append(_command(holder.facts, told))
        else:
            runs.append(_run(key, holder.facts, told))
    return Progress(tuple(runs), tuple(commands), tuple(records), tuple(damaged))


def command_key(token: str) -> str:
    """Return the key of a command's own lease."""
    return f"{_COMMAND}{token}"


def command_facts(keys: Iterable[str]) -> dict[str, Any]:
    """Return what a command's lease tells: when it began, and how many runs it has left to do."""
    return {"since": datetime.now(UTC).isoformat(timespec="seconds"), "runs": len(list(keys))}


def _run(key: str, facts: Any, told: dict[str, Any]) -> RunUnderWay:
    fraction = float(facts.get("fraction", 0.0))
    gained = fraction - float(facts.get("began_at", 0.0))
    left = told["seconds"] * (1 - fraction) / gained if gained > 0 else None
    return RunUnderWay(
        key=key,
        title=str(facts.get("title", "")),
        device=str(facts.get("device", "")),
        fraction=fraction,
        images_per_second=float(facts.get("images_per_second", 0.0)),
        doing=str(facts.get("doing", "starting")),
        left=left,
        **told,
    )


def _command(facts: Any, told: dict[str, Any]) -> CommandUnderWay:
    runs, ended = int(facts.get("runs", 0)), int(facts.get("ended", 0))
    left = told["seconds"] * (runs - ended) / ended if ended else None
    return CommandUnderWay(runs=runs, ended=ended, left=left, **told)


def _since(facts: Any, now: datetime) -> float:
    try:
        return max(0.0, (now - datetime.fromisoformat(str(facts.get("since", "")))).total_seconds())
    except (ValueError, TypeError):
        return 0.0
