"""What speed is measured on: for each row, our way and the one that it is compared with."""

import os
from collections.abc import Callable
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final
from unittest.mock import patch

import numpy as np
import torch
from prdc import compute_prdc
from scipy.linalg import sqrtm

from apart import Apart
from ganbench.contracts.models import Task
from ganbench.torchkit.adversarial import AdversarialModel
from ganbench.torchkit.resident import Resident
from ganbench.training.device import make_repeatable
from ganbench_features.inception import VARIABLE, Inception
from ganbench_losses.non_saturating import NonSaturating
from ganbench_losses.wasserstein_gp import WassersteinGP
from ganbench_metrics.frechet import trace_of_root
from ganbench_metrics.prdc import prdc
from ganbench_models.dcgan import DCGAN
from ganbench_models.mixture_em import start, step
from ganbench_models.vanilla import Vanilla
from ganbench_models.wgan_gp import WGANGP
from popular_loop import popular_updates
from program_rows import PROGRAM
from random_inception import save_random
from row import Pair, Row, Work


def training(make: Callable[[Task], AdversarialModel], loss: Any, precision: str, full: bool) -> Pair:
    """One generator update of our loop, and one of the popular one at fp32, both from the same networks.

    Images have MNIST's shape and size, and random pixels: what they show costs nothing. Ours has the settings that a
    run has; the popular loop runs in a process of its own, with those of a script.
    """
    make_repeatable("cpu")
    data = _data(make, full)
    stream = _model(make, loss, precision, data)
    ours = iter(stream.fit(data.batches("train", stream.batch, 0)))
    theirs = partial(_popular, make, loss, full)
    return Pair(lambda: next(ours), Apart(theirs) if full else theirs())


def _popular(make: Callable[[Task], AdversarialModel], loss: Any, full: bool) -> Work:
    data = _data(make, full)
    updates = popular_updates(_model(make, loss, "fp32", data), data)
    return lambda: next(updates)


def _model(make: Callable[[Task], AdversarialModel], loss: Any, precision: str, data: Resident) -> AdversarialModel:
    torch.manual_seed(0)
    count = len(data.splits["train"][0])
    return make(Task(data.shape, 0, "cpu", examples=count, seed=0, precision=precision, loss=loss()))


def _data(make: Callable[[Task], AdversarialModel], full: bool) -> Resident:
    generator = torch.Generator().manual_seed(0)
    count = 10_000 if full else 256
    samples = torch.randn(count, 2, generator=generator)
    if make is not _ring8:
        samples = torch.randint(256, (count, 1, 28, 28), generator=generator, dtype=torch.uint8)
    return Resident({"train": (samples, torch.zeros(count, dtype=torch.int64))}, 0)


def _ring8(task: Task) -> AdversarialModel:
    return Vanilla(task)


def frechet(full: bool) -> Pair:
    """Return the trace of the root of two covariances, and a root of their product."""
    size = 2_048 if full else 64
    random = np.random.default_rng(0)
    first, second = (np.cov(random.standard_normal((2 * size, size)), rowvar=False) for _ in range(2))
    tensors = [torch.from_numpy(side) for side in (first, second)]
    return Pair(lambda: trace_of_root(*tensors), lambda: float(np.trace(sqrtm(first @ second)).real))


def neighbours(full: bool) -> Pair:
    """Precision, recall, density and coverage by us, and by the package of their authors."""
    generator = torch.Generator().manual_seed(0)
    n, d = (10_000, 2_048) if full else (300, 64)
    real, fake = (torch.randn(n, d, generator=generator) for _ in range(2))
    return Pair(lambda: prdc(real, fake), lambda: compute_prdc(real.numpy(), fake.numpy(), nearest_k=5))


def mixture(full: bool) -> Pair:
    """Three steps of EM with full covariances in float32 from one start, and scikit-learn's three."""
    from sklearn.mixture import GaussianMixture

    generator = torch.Generator().manual_seed(0)
    n, d, k = (20_000, 196, 20) if full else (300, 8, 3)
    centres = 2 * torch.randn(k, d, generator=generator)
    data = centres[torch.randint(k, (n,), generator=generator)] + torch.randn(n, d, generator=generator)
    first = start(data, "full", k, 1e-3, generator)
    # not by `inverse`: MKL's batched one of some processors does not end with two threads
    precisions = torch.cholesky_inverse(torch.linalg.cholesky(first.covariances()))
    begin = {"weights_init": first.weights, "means_init": first.means, "precisions_init": precisions}
    begin = {name: part.float().numpy() for name, part in begin.items()}

    def ours() -> None:
        now = first
        for _ in range(3):
            now, _ = step(data, now, 1e-3)

    def theirs() -> None:
        GaussianMixture(k, reg_covar=1e-3, max_iter=3, tol=0.0, **begin).fit(data.numpy())

    return Pair(ours, theirs)


def inception(precision: str, full: bool) -> Pair:
    """Features of 32 x 32 images by us, and by clean-fid with Pillow's resizing; random weights, at the same cost."""
    from cleanfid.inception_torchscript import InceptionV3W
    from cleanfid.resize import make_resizer

    images = torch.randint(256, (50 if full else 2, 3, 32, 32), generator=torch.Generator().manual_seed(0))
    samples, pictures = images / 127.5 - 1, images.permute(0, 2, 3, 1).byte().numpy()
    with TemporaryDirectory() as folder:
        path = save_random(Path(folder), full)
        with patch.dict(os.environ, {VARIABLE: str(path)}):
            space = Inception(Task((3, 32, 32), 0, "cpu", examples=0, seed=0), precision=precision)
        network = InceptionV3W(folder, download=False, resize_inside=False).eval()
    resize = make_resizer("PIL", False, "bicubic", (299, 299))

    def theirs() -> None:
        with torch.no_grad():
            network(torch.from_numpy(np.stack([resize(picture) for picture in pictures])).permute(0, 3, 1, 2))

    return Pair(lambda: space(samples), theirs)


_P: Final = "products"
_C: Final = "convolutions"
ROWS = (
    Row("DCGAN, 28 x 28, batch 128, fp32", 1.35, partial(training, DCGAN, NonSaturating, "fp32"), counted=_C),
    Row("DCGAN, 28 x 28, batch 128, bf16", 2.2, partial(training, DCGAN, NonSaturating, "bf16"), counted=_C),
    Row("vanilla, 28 x 28, batch 128, fp32", 2.0, partial(training, Vanilla, NonSaturating, "fp32"), counted=_P),
    Row("vanilla, 28 x 28, batch 128, bf16", 3.2, partial(training, Vanilla, NonSaturating, "bf16"), counted=_P),
    Row(
        "WGAN-GP, 28 x 28, batch 64, fp32",
        2.0,
        partial(training, WGANGP, WassersteinGP, "fp32"),
        counted=_C,
    ),
    Row("ring8, published networks, fp32", 1.7, partial(training, _ring8, NonSaturating, "fp32"), counted=_P),
    Row("ring8, published networks, bf16", 2.5, partial(training, _ring8, NonSaturating, "bf16"), counted=_P),
    Row("Inception features, 32 x 32, fp32", 1.35, partial(inception, "fp32")),
    Row("Inception features, 32 x 32, bf16", 2.2, partial(inception, "bf16")),
    Row("Fréchet distance, 2,048", 15.0, frechet),
    Row("precision and recall, 10,000 x 10,000 x 2,048", 5.0, neighbours),
    Row("EM, 20,000 x 196, 20 full components, fp32", 4.0, mixture),
    *PROGRAM,
)
