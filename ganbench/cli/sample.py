"""`ganbench sample`: a finished run's model draws once more."""

from __future__ import annotations

from pathlib import Path
from typing import TypedDict, Unpack

import click

from ganbench.cli.options import device_option, results_option


class _Request(TypedDict):
    n: int
    label: int | None
    caption: str | None
    source: Path | None
    seed: int


@click.command()
@click.argument("run")
@click.option("-n", "n", type=int, default=64, show_default=True, help="How many.")
@click.option("--label", type=int, metavar="CLASS", help="All of this class, by a model that takes labels.")
@click.option("--caption", metavar="WORDS", help="What they show, by a model that takes captions.")
@click.option("--source", type=click.Path(path_type=Path, dir_okay=False), metavar="PICTURE",
              help="The picture to translate, by a model that takes source pictures.")  # fmt: skip
@click.option("--out", type=click.Path(path_type=Path, dir_okay=False), metavar="FILE",
              help="A picture (.png) or an array (.npy, .npz); samples-KEY.png if left out.")  # fmt: skip
@click.option("--seed", type=int, default=0, show_default=True, help="Another seed draws other samples.")
@device_option
@results_option
def sample(run: str, out: Path | None, device: str, results: Path, **request: Unpack[_Request]) -> None:
    """Draw samples from a finished run: RUN is its key, or enough of its beginning.

    Its weights are enough; the data need not be there.

    \b
    ganbench sample 3f9a -n 16 --out digits.png
    ganbench sample 3f9a -n 10000 --seed 1 --out digits.npz
    ganbench sample 7c21 -n 16 --caption "a small red circle"
    """
    from ganbench.evaluation.asking import Request
    from ganbench.evaluation.sampling import check_out, restore, write_samples
    from ganbench.registry.catalog import discover
    from ganbench.registry.factory import Factory, default_source
    from ganbench.storage.store import RunFolder, Store
    from ganbench.training.device import make_repeatable, resolve_device

    # what can be wrong without a look at the weights comes first
    wanted = Request(**request)
    folder = RunFolder(Store(results).find_one(run))
    record = folder.read_record()
    out = out or Path(f"samples-{record.key}.png")
    check_out(out)
    device = resolve_device(device)

    make_repeatable(device)
    sampler = restore(record, folder, Factory(discover(), device, default_source(None)))
    write_samples(out, sampler.draw(wanted), wanted.label)
    click.echo(f"{wanted.n:,} sample{'s' if wanted.n > 1 else ''}: {out}")
