"""The most memory that training takes on a CPU, model by model.

GANBENCH_DATA=DATA python benchmarks/peak_memory.py results/memory/README.md measures all in MODELS, and the
suite family on MNIST, and writes what stands in the table of that file; models named behind it, as MODEL@DATASET, are
measured in place of them. Without a file, - prints the table.

Each model trains in a process of its own for some updates, with its own batch, and draws some samples; one that takes
conditions is asked for them by those of the data. What is told is the peak of resident memory of the process in GiB,
with Python, torch and the data in it.
"""

import argparse
import os
import resource
import subprocess
import sys
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

LIMIT_GIB, UPDATES, SAMPLES = 4.0, 3, 64
MARK = "<!-- measured -->"  # what is below it in a file is written anew
HEAD = ("model", "data", "batch", "after training, GiB", "after sampling, GiB", "within {limit:g} GiB")
MODELS = (
    *(f"{model}@mnist" for model in ("unrolled", "veegan", "infogan", "acgan", "projection-gan", "stylegan")),
    *(
        f"{model}@mnist"
        for model in ("wavenet", "image-gpt", "pixelcnn", "realnvp", "flow-matching", "ddpm:sampling_steps=50")
    ),
    *(f"{model}@cifar10" for model in ("stylegan", "projection-gan", "ddpm:sampling_steps=50", "image-gpt")),
    "wavenet@tones",
    "text-gan@shapes:objects=2",
    "cyclegan@paired-digits",
    "pix2pix@paired-digits",
)  # at their own sizes


def main() -> int:
    """Measure what the command line names; return 1 where a model took more than the limit or failed."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("page", help="the file whose table is written anew, or - to print it")
    parser.add_argument("models", nargs="*", help="MODEL@DATASET; those of MODELS and of the suite family unless named")
    parser.add_argument("--limit", type=float, default=LIMIT_GIB, help="in GiB")
    parser.add_argument("--updates", type=int, default=UPDATES)
    parser.add_argument("--samples", type=int, default=SAMPLES)
    parser.add_argument("--one", action="store_true", help=argparse.SUPPRESS)
    given = parser.parse_intermixed_args()
    if given.one:
        sys.stdout.write(" ".join(map(str, peaks(given.models[0], given.updates, given.samples))))
        return 0
    lines = ["| " + " | ".join(HEAD).format(limit=given.limit) + " |", "| --- | --- | ---: | ---: | ---: | --- |"]
    for what in given.models or [*of_family(), *MODELS]:
        lines.append(_row(what, given))
        sys.stderr.write(lines[-1] + "\n")
    table = "\n".join(lines) + "\n"
    if given.page == "-":
        sys.stdout.write(table)
    else:
        page = Path(given.page)
        page.write_text(page.read_text().split(MARK)[0] + f"{MARK}\n\n{table}")
    return int(any(not line.endswith("| yes |") for line in lines[2:]))


def of_family() -> Iterator[str]:
    """Yield what the suite family trains on MNIST, each model once."""
    from ganbench.registry.catalog import discover
    from ganbench.suites.expand import expand
    from ganbench.suites.toml import find_suite

    catalog = discover()
    specs = expand(find_suite("family", catalog), catalog)
    yield from dict.fromkeys(f"{spec.model}@mnist" for spec in specs if spec.dataset.name == "mnist")


def _row(what: str, given: argparse.Namespace) -> str:
    """Measure one model in a process of its own, and return its row."""
    model, _, data = what.rpartition("@")
    sizes = ["--updates", str(given.updates), "--samples", str(given.samples)]
    command = [sys.executable, __file__, "--one", *sizes, "-", what]
    ended = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603  # itself
    if ended.returncode:
        reason = (ended.stderr.strip().splitlines() or [f"ended by signal {-ended.returncode}"])[-1]
        return f"| `{model}` | {data} | | | | failed: {reason} |"
    batch, *peaked = map(float, ended.stdout.split())
    fits = "yes" if max(peaked) <= given.limit else "no"
    return f"| `{model}` | {data} | {batch:.0f} | {peaked[0]:.2f} | {peaked[1]:.2f} | {fits} |"


def peaks(what: str, updates: int, samples: int) -> tuple[int, float, float]:
    """Train a MODEL@DATASET and draw; return its batch, and this process's peak in GiB after either."""
    import torch

    from ganbench.contracts.capabilities import profile_of
    from ganbench.registry.catalog import discover
    from ganbench.schema.choice import Choice
    from ganbench.schema.spec import Budget, RunSpec
    from ganbench.testing import make_factory

    model, _, data = what.rpartition("@")
    root = os.environ.get("GANBENCH_DATA")
    factory, chosen = make_factory(Path(root) if root else None), Choice.parse(model)
    loss = discover().get("models", chosen.name).loss
    named = Choice.parse(loss) if loss else None
    spec = RunSpec("memory@1", Choice.parse(data), chosen, named, 0, Budget(updates=updates), True, ())
    built, dataset = factory.model(spec), factory.dataset(spec.dataset)
    profile = profile_of(built)
    for _ in islice(built.fit(dataset.batches("train", profile.batch, 0)), updates):
        pass
    trained = _peak_gib()
    condition = dataset.head("train", samples).condition if profile.condition else None
    built.sample(samples, torch.Generator().manual_seed(0), condition)
    return profile.batch, trained, _peak_gib()


def _peak_gib() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20  # in KiB on Linux


if __name__ == "__main__":
    sys.exit(main())
