"""Trains the classifiers whose weights come with ganbench, from seed to file.

python -m ganbench_features.train_classifier mnist-classifier --data-root data --out mnist-classifier.safetensors
"""

import math
from pathlib import Path

import click
import torch
from safetensors.torch import save_file
from torch import Tensor
from torch.nn.functional import affine_grid, cross_entropy, grid_sample

from ganbench import Dataset, Source
from ganbench_datasets.digits import digits
from ganbench_datasets.mnist import mnist
from ganbench_features.digit_classifier import Network
from ganbench_features.one_cycle import descend

# name: dataset, stride of the first convolution, passes over the training split
RECIPES = {"mnist-classifier": (mnist, 2, 20), "digits-classifier": (digits, 1, 150)}
_BATCH = 128
_TURN, _SHIFT, _SCALE = math.radians(12), 0.12, 0.12  # of a random view, either way; shift as a share of half a side


def train(data: Dataset, stride: int, passes: float, seed: int = 0) -> Network:
    """Train on the training split alone, through random views; the same bits for one seed on one machine."""
    torch.manual_seed(seed)  # of the process, which is the script's own
    network = Network(stride).train()
    steps = max(1, int(passes * data.count("train") / _BATCH))
    batches = data.batches("train", _BATCH, seed)
    descend(network, (cross_entropy(network(viewed(images))[1], labels) for images, labels in batches), steps)
    return network.eval()


def viewed(images: Tensor) -> Tensor:
    """Turn, shift and scale each of (n, 1, side, side) at random."""
    n = len(images)
    turn, scale = (torch.rand(2, n) * 2 - 1) * torch.tensor([[_TURN], [_SCALE]])
    shift = (torch.rand(n, 2) * 2 - 1) * _SHIFT
    rows = (1 + scale) * torch.stack([turn.cos(), -turn.sin(), turn.sin(), turn.cos()])
    theta = torch.cat([rows.T.reshape(n, 2, 2), shift[:, :, None]], dim=2)
    grid = affine_grid(theta, list(images.shape), align_corners=False)
    return grid_sample(images + 1, grid, align_corners=False) - 1  # black beyond the border


@torch.no_grad()
def accuracy(network: Network, data: Dataset) -> float:
    """Return the share of the test split that is judged right."""
    images, labels = data.head("test", data.count("test"))
    judged = torch.cat([network(chunk)[1].argmax(dim=1) for chunk in torch.split(images, 1_000)])
    return float((judged == labels).float().mean())


@click.command()
@click.argument("name", type=click.Choice(list(RECIPES)))
@click.option("--out", type=click.Path(path_type=Path, dir_okay=False), required=True, help="The file to write.")
@click.option("--data-root", type=click.Path(path_type=Path, file_okay=False), envvar="GANBENCH_DATA",
              help="Folder that holds the data; otherwise they are downloaded, beside the weights.")  # fmt: skip
@click.option("--seed", type=int, default=0, show_default=True)
@click.option(
    "--passes",
    type=click.FloatRange(min=0, min_open=True),
    help="Over the training split; as many as what ships was made by, unless given.",
)
def main(name: str, out: Path, data_root: Path | None, seed: int, passes: float | None) -> None:
    """Train a classifier, tell its accuracy on the test split, and write its weights."""
    torch.set_num_threads(1)  # sums are added in another order by more, which changes the last bits
    make, stride, shipped = RECIPES[name]
    data = make(Source(data_root, out.parent))
    network = train(data, stride, passes or shipped, seed)
    save_file({key: tensor.contiguous() for key, tensor in network.state_dict().items()}, out)
    click.echo(f"{out}: {out.stat().st_size:,} bytes, accuracy {accuracy(network, data):.2%} of the test split")


if __name__ == "__main__":
    main()
