"""A mixture of Gaussians by EM: the classical baseline that a GAN should beat, and on mixtures the truth."""

import warnings
from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
import torch
from torch import Tensor

from ganbench.contracts import Batch, Task
from ganbench.errors import BadOptionError

_COVARIANCES = ("full", "tied", "diag", "spherical")
_MANY_DIMENSIONS = 256  # above, EM runs on principal components
_PRINCIPAL = 64


class GMM:
    """scikit-learn's GaussianMixture on one pass over the training data; an update is one step of EM.

    components: Gaussians. covariance: full, tied, diag or spherical. pca: principal components to fit in,
    0 for the data's own space; 64 above 256 dimensions unless given. What the components leave out is put
    back as independent noise of its variance. floor: added to each variance, so that no Gaussian collapses.
    """

    def __init__(  # a mixture has this many knobs
        self,
        task: Task,
        components: int = 25,
        covariance: str = "full",
        pca: int | None = None,
        steps: int = 100,
        floor: float = 1e-6,
    ) -> None:
        if covariance not in _COVARIANCES:
            raise BadOptionError(f"gmm takes a covariance of {', '.join(_COVARIANCES)}, not {covariance!r}")
        if pca is None:
            pca = _PRINCIPAL if task.dimensions > _MANY_DIMENSIONS else 0
        if min(components, steps) < 1 or not 0 <= pca <= task.dimensions or floor < 0:
            raise BadOptionError(
                f"gmm takes components and steps of 1 or more, pca from 0 to {task.dimensions} and floor of 0 "
                f"or more, not {components}, {steps}, {pca} and {floor}"
            )
        self.task, self.steps, self.pca = task, steps, pca
        self.mixture = _mixture(components, covariance, floor, task.seed % 2**32)
        self.state: dict[str, Tensor] = {}

    @property
    def parameter_counts(self) -> dict[str, int]:
        """Numbers in the fitted mixture and its principal components."""
        return {"mixture": sum(tensor.numel() for tensor in self.state.values())}

    def fit(self, batches: Iterator[Batch]) -> Iterator[Mapping[str, Tensor]]:
        """Gather one pass, then step EM until it converges; yield the negative log-likelihood in nats."""
        data = self._gather(batches)
        if not len(data):
            return
        if len(data) < self.mixture.n_components:
            raise BadOptionError(
                f"gmm needs a sample for each of its {self.mixture.n_components} components, not {len(data)}; "
                "give a larger budget or fewer components"
            )
        reduced = self._reduce(data)
        before = -np.inf
        for _ in range(self.steps):
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")  # one step at a time never converges, and says so
                self.mixture.fit(reduced)
            self._remember()
            yield {"negative_log_likelihood_loss": torch.tensor(-self.mixture.lower_bound_)}
            if abs(self.mixture.lower_bound_ - before) < self.mixture.tol:
                return
            before = self.mixture.lower_bound_

    def sample(self, n: int, generator: torch.Generator, labels: Tensor | None = None) -> Tensor:
        """Draw (n, *shape) float32 samples; images are clipped to [-1, 1]. Takes no labels."""
        if labels is not None:
            raise BadOptionError("this model takes no labels; leave them out, or use a conditional one")
        state, device = self.state, generator.device
        chosen = torch.multinomial(state["weights"].to(device), n, replacement=True, generator=generator)
        noise = torch.randn(n, state["means"].shape[1], generator=generator, device=device)
        factors = state["factors"].to(device)[chosen]
        drawn = state["means"].to(device)[chosen] + torch.einsum("nij,nj->ni", factors, noise)
        if self.pca:
            rest = torch.randn(n, self.task.dimensions, generator=generator, device=device)
            drawn = state["centre"].to(device) + drawn @ state["axes"].to(device)
            drawn += state["residual"].to(device).sqrt() * rest
        samples = drawn.reshape(n, *self.task.shape)
        return samples.clamp(-1, 1) if self.task.images else samples

    def state_dict(self) -> dict[str, Tensor]:
        """Return weights (k,), means (k, d), factors of the covariances (k, d, d), and the axes if any."""
        return dict(self.state)

    def load_state_dict(self, state: Mapping[str, Tensor]) -> None:
        """Take back what state_dict gave."""
        self.state = dict(state)

    def _gather(self, batches: Iterator[Batch]) -> np.ndarray[Any, np.dtype[np.float64]]:
        gathered: list[Tensor] = []
        for batch in batches:
            gathered.append(batch.samples.flatten(1).cpu())
            if sum(map(len, gathered)) >= self.task.examples:
                break
        rows = torch.cat(gathered)[: self.task.examples] if gathered else torch.empty(0, self.task.dimensions)
        return rows.double().numpy()

    def _reduce(self, data: np.ndarray[Any, np.dtype[np.float64]]) -> np.ndarray[Any, np.dtype[np.float64]]:
        if not self.pca:
            return data
        from sklearn.decomposition import PCA

        axes = PCA(min(self.pca, *data.shape), random_state=0).fit(data)
        reduced = axes.transform(data)
        residual = np.square(data - axes.inverse_transform(reduced)).mean(axis=0)
        self.state |= {
            "centre": _tensor(axes.mean_),
            "axes": _tensor(axes.components_),
            "residual": _tensor(residual),
        }
        return np.asarray(reduced)

    def _remember(self) -> None:
        """Keep what sampling needs: a factor L of each covariance, Σ = LLᵀ."""
        covariances, count = self.mixture.covariances_, self.mixture.n_components
        size = self.mixture.means_.shape[1]
        match self.mixture.covariance_type:
            case "full":
                factors = np.linalg.cholesky(covariances)
            case "tied":
                factors = np.broadcast_to(np.linalg.cholesky(covariances), (count, size, size))
            case "diag":
                factors = np.stack([np.diag(np.sqrt(row)) for row in covariances])
            case _:
                factors = np.sqrt(covariances)[:, None, None] * np.eye(size)
        self.state |= {
            "weights": _tensor(self.mixture.weights_),
            "means": _tensor(self.mixture.means_),
            "factors": _tensor(factors),
        }


def _mixture(components: int, covariance: str, floor: float, seed: int) -> Any:
    from sklearn.mixture import GaussianMixture

    return GaussianMixture(
        components,
        covariance_type=covariance,
        reg_covar=floor,
        max_iter=1,
        warm_start=True,
        init_params="k-means++",
        random_state=seed,
    )


def _tensor(values: Any) -> Tensor:
    return torch.from_numpy(np.ascontiguousarray(values, dtype=np.float32))
