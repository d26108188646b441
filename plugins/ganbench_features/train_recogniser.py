"""Trains the recogniser of scenes whose weights come with ganbench, from seed to file.

python -m ganbench_features.train_recogniser --out shapes-recogniser.safetensors

It is shown single places: empty ones, objects of every kind, those that are held out too, and what is no object: halves
of objects at an edge, blends of two objects, objects that are smeared, and coloured clouds. So it is not bound to name
a shape where a model has painted none.
"""

from collections.abc import Callable
from pathlib import Path

import click
import torch
from safetensors.torch import save_file
from torch import Generator, Tensor
from torch.nn.functional import avg_pool2d, cross_entropy, interpolate

from ganbench_datasets.scene_drawing import draw, empty
from ganbench_datasets.scenes import figures
from ganbench_datasets.shapes import shapes
from ganbench_features.one_cycle import descend
from ganbench_features.scene_recogniser import COLOURS, LOGITS, SHAPES, SIDE, SIZES, Network, places_of

STEPS, _BATCH = 4_000, 256
_NOTHING, _UNCLEAR = 0, SHAPES + 1
_NOISE = 0.1  # deviation of a view's noise, at most


def train(steps: int = STEPS, seed: int = 0) -> Network:
    """Train on places drawn anew at each step; the same bits for one seed on one machine."""
    torch.manual_seed(seed)  # of the process, which is the script's own
    generator = torch.Generator().manual_seed(seed)
    network = Network().train()
    descend(network, (_loss(network, *examples(_BATCH, generator)) for _ in range(steps)), steps)
    return network.eval()


def _loss(network: Network, places: Tensor, truth: Tensor) -> Tensor:
    """Return the sum of the factors' cross-entropies."""
    parts = torch.split(network(places)[1], LOGITS, dim=1)
    each = [cross_entropy(part, truth[:, factor], ignore_index=-1) for factor, part in enumerate(parts)]
    return torch.stack(each).sum()


def examples(n: int, generator: Generator) -> tuple[Tensor, Tensor]:
    """Return places (n, 3, 16, 16) in [-1, 1] and their truth (n, 3): half of them objects, a third unclear.

    The truth of a shape is 0 for nothing, SHAPES + 1 for what is unclear; that of colour and size is -1 for both.
    """
    kinds = random_kinds(n, generator)
    truth = kinds + torch.tensor([1, 0, 0])
    places = _values(draw(figures(kinds, generator)))
    clear, unclear = n // 2, n // 3
    quarter = unclear // len(_SPOILT)
    for number, spoilt in enumerate(_SPOILT):
        start = clear + number * quarter
        places[start : start + quarter] = spoilt(quarter, generator)
    truth[clear:] = torch.tensor([_UNCLEAR, -1, -1])
    empties = clear + quarter * len(_SPOILT)
    places[empties:], truth[empties:, 0] = _values(empty(n - empties)), _NOTHING
    strength = _NOISE * torch.rand(n, 1, 1, 1, generator=generator)
    noise = torch.randn(places.shape, generator=generator)
    return (places + strength * noise).clamp(-1, 1), truth


def random_kinds(n: int, generator: Generator) -> Tensor:
    """Return the shape, colour and size of objects of every kind, (n, 3) from 0."""
    each = [torch.randint(count, (n,), generator=generator) for count in (SHAPES, COLOURS, SIZES)]
    return torch.stack(each, dim=1)


def halves(n: int, generator: Generator) -> Tensor:
    """Return objects whose middle is near an edge, so that half of them is cut off."""
    drawn = figures(random_kinds(n, generator), generator)
    sign = torch.where(torch.rand(n, generator=generator) < 0.5, 1.0, -1.0)
    away = sign * (SIDE / 2 + (torch.rand(n, generator=generator) - 0.5) * 0.6 * drawn.radius)
    side = torch.randint(2, (n,), generator=generator)
    drawn.centre[torch.arange(n), side] = away
    return _values(draw(drawn))


def blends(n: int, generator: Generator) -> Tensor:
    """Return means of two objects of different shapes, large both of them."""
    kinds = random_kinds(n, generator)
    kinds[:, 2] = 1
    other = kinds.clone()
    other[:, 0] = (kinds[:, 0] + torch.randint(1, SHAPES, (n,), generator=generator)) % SHAPES
    other[:, 1] = random_kinds(n, generator)[:, 1]
    share = 0.4 + 0.2 * torch.rand(n, 1, 1, 1, generator=generator)
    first, second = (_values(draw(figures(each, generator))) for each in (kinds, other))
    return share * first + (1 - share) * second


def smears(n: int, generator: Generator) -> Tensor:
    """Return objects blurred over seven pixels."""
    places = _values(draw(figures(random_kinds(n, generator), generator)))
    return avg_pool2d(avg_pool2d(places, 7, 1, 3, count_include_pad=False), 3, 1, 1, count_include_pad=False)


def clouds(n: int, generator: Generator) -> Tensor:
    """Return smooth colours of a few pixels' length, some faint."""
    coarse = torch.rand(n, 3, 4, 4, generator=generator) * 2 - 1
    strength = 0.3 + 0.7 * torch.rand(n, 1, 1, 1, generator=generator)
    grown = interpolate(coarse, size=(16, 16), mode="bilinear", align_corners=False)
    return (grown + 1) * strength - 1


def accuracy(network: Network) -> dict[str, float]:
    """Return the share that is judged right of held-out scenes' places, by factor, held-out pairs among them.

    shape: of all places, empty ones too; colour, size: where there is an object; unclear: of what is no object.
    """
    data = shapes(None, examples=1)  # type: ignore[arg-type]
    pictures, objects = data.head("test", 5_000).samples, data.objects("test", 5_000).flatten(0, 1)
    composed = data.compositions(1_000)
    found, there = judged(network, places_of(pictures)), objects[:, 0] > 0
    spoilt = torch.cat([each(500, torch.Generator().manual_seed(1)) for each in _SPOILT])
    pairs = data.meaning(composed.condition).objects
    counted = (judged(network, places_of(composed.samples))[:, :2] + torch.tensor([0, 1])).reshape(-1, 4, 2)
    same = [_same(seen, meant) for seen, meant in zip(counted, pairs[:, :, :2], strict=True)]
    return {
        "shape": _share(found[:, 0] == objects[:, 0]),
        "colour": _share((found[:, 1] + 1 == objects[:, 1])[there]),
        "size": _share((found[:, 2] + 1 == objects[:, 2])[there]),
        "held-out pairs, whole scenes": sum(same) / len(same),
        "unclear": _share(judged(network, spoilt)[:, 0] == _UNCLEAR),
    }


@torch.no_grad()
def judged(network: Network, places: Tensor) -> Tensor:
    """Return the likeliest number of each factor, (n, 3)."""
    logits = torch.cat([network(chunk)[1] for chunk in torch.split(places, 2_000)])
    return torch.stack([part.argmax(dim=1) for part in torch.split(logits, LOGITS, dim=1)], dim=1)


def _same(seen: Tensor, meant: Tensor) -> bool:
    there = seen[(seen[:, 0] > 0)]
    return sorted(there.tolist()) == sorted(meant[meant[:, 0] > 0].tolist())


def _share(right: Tensor) -> float:
    return float(right.double().mean())


def _values(pixels: Tensor) -> Tensor:
    return pixels.float().div(127.5).sub(1)


_SPOILT: tuple[Callable[[int, Generator], Tensor], ...] = (halves, blends, smears, clouds)


@click.command()
@click.option("--out", type=click.Path(path_type=Path, dir_okay=False), required=True, help="The file to write.")
@click.option("--seed", type=int, default=0, show_default=True)
def main(out: Path, seed: int) -> None:
    """Train the recogniser, tell its accuracy on held-out scenes, and write its weights."""
    torch.set_num_threads(1)  # sums are added in another order by more, which changes the last bits
    network = train(seed=seed)
    save_file({key: tensor.contiguous() for key, tensor in network.state_dict().items()}, out)
    shares = ", ".join(f"{name} {share:.2%}" for name, share in accuracy(network).items())
    click.echo(f"{out}: {out.stat().st_size:,} bytes; {shares}")


if __name__ == "__main__":
    main()
