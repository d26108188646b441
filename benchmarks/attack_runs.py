"""Real processes killed at random, racing each other and lasting long: whether anything is lost, or done twice.

    python benchmarks/attack_runs.py results/robustness/README.md

It attacks sessions of its own in a temporary folder, and writes what came of it into that file, below its mark:
about half an hour on two cores. `--kills 5 --runs 12` is a quick look, `--only kills` one of the attacks.
"""

import argparse
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, suppress
from pathlib import Path

import pandas as pd

from attacked import Place, members, resident, until, workers
from ganbench.storage.leases import EXPIRY_SECONDS

MARK = "<!-- measured -->"  # what is below it in a file is written anew
AT_WORK_SECONDS = 4.0  # within which a session is killed once a run of it is under way
START_SECONDS = 10.0  # within which one of five is killed after its start

# models that are saved in different ways: two players with their optimizers, an average, a mixture, a play-back
KILLED = """
version = 1
about = "Runs of a few seconds, to be killed."
datasets = ["digits"]
metrics = ["frechet:features=raw", "prdc:features=raw"]
seeds = [0, 1]
samples = 200
checkpoints = [0.2, 0.4, 0.6, 0.8, 1.0]
halves = 2

[budget]
updates = 400

[[entries]]
model = "vanilla:width=32"

[[entries]]
model = "wgan-gp:width=4"
recipe = { average = 0.9 }

[[entries]]
model = "vae"

[[entries]]
model = "gmm"

[[entries]]
model = "memoriser"
"""

SMALL = """
version = 1
about = "Runs of a moment."
datasets = ["digits"]
metrics = ["frechet:features=raw"]
seeds = [{seeds}]
samples = 100
checkpoints = [0.5, 1.0]

[budget]
updates = {updates}

[[entries]]
model = "vanilla:width=16"
"""


def kills(above: Path, count: int, _: int) -> Iterator[dict[str, object]]:
    """Kill sessions of one process."""
    yield from _kills(above, "local", count)


def workers_kills(above: Path, count: int, _: int) -> Iterator[dict[str, object]]:
    """Kill sessions with two workers."""
    yield from _kills(above, "processes:workers=2", count)


def _kills(above: Path, executor: str, count: int) -> Iterator[dict[str, object]]:
    """Kill sessions at random moments, and go on with them, until all is done; again in a new folder until enough."""
    calm = Place.made(above, "calm", KILLED)
    calm.finish()
    undisturbed, differing = calm.contents(), set[str]()
    chance, done, rounds, resumed = random.Random(executor), 0, 0, 0  # noqa: S311
    while done < count:
        place, ended = Place.made(above, f"disturbed-{rounds}", KILLED), False
        while not ended and done < count:
            with place.session(executor) as running:
                _let_work(place, running, chance)
                killed, ended = _kill(running, chance, executor)
                done += killed
        place.finish(executor)
        rounds += 1
        resumed += sum(place.logged("resumed after"))
        found = place.contents()
        differing |= {name for name in found | undisturbed if found.get(name) != undisturbed.get(name)}
        shutil.rmtree(place.folder)
    yield {
        "sessions": executor, "kills": done, "suites of 10 runs": rounds, "runs gone on with": resumed,
        "files compared": rounds * len(undisturbed), "files that differ": len(differing),
    }  # fmt: skip


def _let_work(place: Place, running: subprocess.Popen[str], chance: random.Random) -> None:
    """Wait until a session is at a run and for a while on, or, one time of five, for a while from its start on."""
    seconds = START_SECONDS
    if chance.random() > 0.2:
        until(lambda: running.poll() is not None or place.at_work(), "a run")
        seconds = AT_WORK_SECONDS
    with suppress(subprocess.TimeoutExpired):
        running.wait(chance.uniform(0, seconds))


def _kill(running: subprocess.Popen[str], chance: random.Random, executor: str) -> tuple[int, bool]:
    """Kill a session, all its processes, or a worker and then the session; return how many kills, and if it ended."""
    kind, count = chance.choice(("session", "group", "worker") if executor != "local" else ("session",)), 0
    if running.poll() is not None:
        return 0, True
    if kind == "worker" and (found := workers(running.pid)):
        os.kill(chance.choice(found), signal.SIGKILL)
        count += 1
        with suppress(subprocess.TimeoutExpired):
            running.wait(chance.uniform(0, AT_WORK_SECONDS))
            return count, True
    (os.killpg if kind == "group" else os.kill)(running.pid, signal.SIGKILL)
    until(lambda: not members(running.pid), "the end of every process")
    return count + 1, False


def races(above: Path, _: int, count: int) -> Iterator[dict[str, object]]:
    """Start several sessions on one folder at once."""
    suite = SMALL.format(seeds=", ".join(map(str, range(count))), updates=40)
    alone = Place.made(above, "alone", suite)
    alone.finish()
    for sessions in (2, 4):
        place = Place.made(above, f"race-{sessions}", suite)
        with ExitStack() as stack:
            running = [stack.enter_context(place.session()) for _ in range(sessions)]
            told = [each.communicate()[0] for each in running]
        yield {
            "sessions": sessions, "runs": count, "records": len(list(place.results.glob("runs/*/record.json"))),
            "runs started once": sum(times == 1 for times in place.logged("started")),
            "records that each session gave": " and ".join(sorted({str(out.count(" done")) for out in told})),
            "as one session alone": place.contents() == alone.contents(),
        }  # fmt: skip


def takeovers(above: Path, *_: int) -> Iterator[dict[str, object]]:
    """Kill a lease's owner while another session waits, on its own machine and, by a process namespace, on another."""
    elsewhere = ("unshare", "--pid", "--fork", "--mount-proc", "--kill-child")
    for name, before in (("its own machine", ()), ("another machine", elsewhere)):
        place = Place.made(above, name.replace(" ", "-"), SMALL.format(seeds="0", updates=3_000))
        seconds = _until_taken_over(place, before)
        yield {
            "the owner was on": name, "expiry in seconds": f"{EXPIRY_SECONDS:g}",
            "seconds from kill to takeover": f"{seconds:.1f}", "gone on with": sum(place.logged("resumed after")),
            "records": len(list(place.results.glob("runs/*/record.json"))),
        }  # fmt: skip


def _until_taken_over(place: Place, before: tuple[str, ...]) -> float:
    """Return the seconds from the kill of a run's owner until another session goes on with the run."""
    with place.session(before=before) as first:
        until(lambda: any(place.results.glob("runs/*/resume.safetensors")), "a save")
        with place.session() as second:
            until(lambda: len(list(place.results.glob("leases/command-*"))) == 2, "a second session")
            os.killpg(first.pid, signal.SIGKILL)
            killed = time.monotonic()
            until(lambda: sum(place.logged("resumed after")) or second.poll() is not None, "a takeover")
            seconds = time.monotonic() - killed
            second.communicate()
    return seconds


def lasting(above: Path, *_: int) -> Iterator[dict[str, object]]:
    """Run 200 runs in one worker, and read its memory as they end."""
    place = Place.made(above, "lasting", SMALL.format(seeds=", ".join(map(str, range(200))), updates=20))
    memory: dict[int, float] = {}
    with place.session("processes:workers=1") as running:
        assert running.stdout is not None
        for number, _line in enumerate(running.stdout, start=1):
            if number in (10, 50, 100, 150, 190):  # before it ends, and while it is at the next one
                memory[number] = resident(workers(running.pid)[0])
    yield {f"MiB after {number} runs": f"{mebibytes:.0f}" for number, mebibytes in memory.items()}


ATTACKS = {
    "Killed at random moments, one process": kills,
    "Killed at random moments, two workers": workers_kills,
    "Several sessions on one folder": races,
    "A killed owner's run is taken over": takeovers,
    "Two hundred runs in one worker": lasting,
}


def main() -> None:
    """Attack, print each table, and write them into a file, below its mark."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("file", type=Path, help="a Markdown file with a line that marks where tables begin")
    parser.add_argument("--kills", type=int, default=40, help="for each executor (default 40)")
    parser.add_argument("--runs", type=int, default=60, help="of each race (default 60)")
    parser.add_argument(
        "--only",
        choices=[attack.__name__ for attack in ATTACKS.values()],
        help="one attack; the tables of the others stay",
    )
    options = parser.parse_args()
    before, mark, after = options.file.read_text(encoding="utf-8").partition(MARK)
    if not mark:
        parser.error(f"{str(options.file)!r} has no line {MARK}")
    parts = dict(part.split("\n", 1) for part in after.split("## ")[1:])
    for heading, attack in ATTACKS.items():
        if options.only in (None, attack.__name__):
            with tempfile.TemporaryDirectory(prefix="ganbench-") as folder:
                rows = pd.DataFrame(list(attack(Path(folder), options.kills, options.runs)))
            parts[heading] = f"\n{rows.to_markdown(index=False)}\n"
            sys.stdout.write(f"{heading}\n{parts[heading]}")
    told = (f"## {heading}\n\n{parts[heading].strip()}\n" for heading in ATTACKS if heading in parts)
    options.file.write_text(f"{before}{MARK}\n\n" + "\n".join(told), encoding="utf-8")


if __name__ == "__main__":
    main()
