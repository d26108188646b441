"""A mixture of Gaussians by EM: the classical baseline that a GAN should beat, and on mixtures the truth."""

from collections.abc import Iterator, Mapping

import torch
from torch import Tensor

from ganbench.contracts import Batch, Task
from ganbench.errors import BadOptionError
from ganbench.seeds import stream
from ganbench.torchkit.descent import no_labels
from ganbench_models.mixture_em import COVARIANCES, Mixture, log_density, start, step
from ganbench_models.playback import one_pass

_MANY_DIMENSIONS = 256  # above, EM runs on principal components
_PRINCIPAL = 64
_TOLERANCE = 1e-3  # of the log-likelihood in nats a sample, as scikit-learn has it


class GMM:
    """EM on one pass over the training data, from k-means++ centres; an update is one step of EM.

    components: Gaussians. covariance: full, tied, diag or spherical. pca: principal components to fit in,
    0 for the data's own space; 64 above 256 dimensions unless given. What the components leave out is put
    back as independent noise of its variance. floor: added to each variance, so that no Gaussian collapses.
    double: whether EM multiplies in float64 in place of float32; it adds up in float64 either way.
    """

    def __init__(  # a mixture has this many knobs
        self,
        task: Task,
        components: int = 25,
        covariance: str = "full",
        pca: int | None = None,
        steps: int = 100,
        floor: float = 1e-6,
        double: bool = False,
    ) -> None:
        if covariance not in COVARIANCES:
            raise BadOptionError(f"gmm takes a covariance of {', '.join(COVARIANCES)}, not {covariance!r}")
        if pca is None:
            pca = _PRINCIPAL if task.dimensions > _MANY_DIMENSIONS else 0
        if min(components, steps) < 1 or not 0 <= pca <= task.dimensions or floor <= 0:
            raise BadOptionError(
                f"gmm takes components and steps of 1 or more, pca from 0 to {task.dimensions} and floor above 0, "
                f"not {components}, {steps}, {pca} and {floor}"
            )
        self.task, self.components, self.covariance = task, components, covariance
        self.steps, self.pca, self.floor = steps, pca, floor
        self.dtype = torch.float64 if double else torch.float32
        self.state: dict[str, Tensor] = {}

    @property
    def parameter_counts(self) -> dict[str, int]:
        """Numbers in the fitted mixture and its principal components."""
        return {"mixture": sum(tensor.numel() for tensor in self.state.values())}

    def fit(self, batches: Iterator[Batch]) -> Iterator[Mapping[str, Tensor]]:
        """Gather one pass, then step EM until it converges; yield the negative log-likelihood in nats.

        With principal components it is theirs alone; log_prob is of the whole.
        """
        gathered = [batch.samples.flatten(1).to(self.dtype) for batch in one_pass(batches, self.task.examples)]
        if not gathered:
            return
        data = torch.cat(gathered)
        gathered.clear()
        if len(data) < self.components:
            raise BadOptionError(
                f"gmm needs a sample for each of its {self.components} components, not {len(data)}; "
                "give a larger budget or fewer components"
            )
        data = self._reduce(data) if self.pca else data
        generator = torch.Generator(data.device).manual_seed(stream(self.task.seed, "noise"))
        mixture, before = start(data, self.covariance, self.components, self.floor, generator), float("-inf")
        for _ in range(self.steps):
            mixture, likelihood = step(data, mixture, self.floor)
            self._remember(mixture)
            yield {"negative_log_likelihood_loss": torch.tensor(-likelihood)}
            if abs(likelihood - before) < _TOLERANCE:
                return
            before = likelihood

    @torch.no_grad()
    def sample(self, n: int, generator: torch.Generator, labels: Tensor | None = None) -> Tensor:
        """Draw (n, *shape) float32 samples; images are clipped to [-1, 1]. Takes no labels."""
        no_labels(labels)
        device = generator.device
        mixture = self._mixture(device)
        means, factors = mixture.means.float(), mixture.factors().float()
        chosen = torch.multinomial(mixture.weights, n, replacement=True, generator=generator)
        drawn = torch.randn(n, means.shape[1], generator=generator, device=device)
        for component in range(len(means)):
            rows = chosen == component
            drawn[rows] = means[component] + _shaped(drawn[rows], mixture.kind, factors, component)
        if self.pca:
            rest = torch.randn(n, self.task.dimensions, generator=generator, device=device)
            drawn = self.state["centre"].to(device) + drawn @ self.state["axes"].to(device)
            drawn += self.state["residual"].to(device).sqrt() * rest
        samples = drawn.reshape(n, *self.task.shape)
        return samples.clamp(-1, 1) if self.task.images else samples

    @torch.no_grad()
    def log_prob(self, samples: Tensor) -> Tensor:
        """Return the log-density of each sample (n, *shape) in the data's own space, (n,) float64 nats.

        With principal components it is that of the whole model: axes and independent noise together.
        """
        mixture = self._mixture(samples.device)
        if self.pca:
            mixture = self._unreduced(mixture)
        return log_density(samples.flatten(1), mixture)

    def state_dict(self) -> dict[str, Tensor]:
        """Return weights (k,), means (k, r), covariances by their kind, and the axes (r, d) if any, float32."""
        return dict(self.state)

    def load_state_dict(self, state: Mapping[str, Tensor]) -> None:
        """Take back what state_dict gave."""
        self.state = dict(state)

    def _reduce(self, data: Tensor) -> Tensor:
        """Project data (n, d) on its principal components; keep the axes, and what they leave out."""
        centre = data.mean(dim=0)
        data -= centre
        covariance = (data.T @ data / len(data)).double()
        _, vectors = torch.linalg.eigh(covariance)
        axes = vectors[:, -self.pca :].flip(1).T
        kept = torch.einsum("rd,de,re->r", axes, covariance, axes)
        residual = covariance.diagonal() - (axes.square() * kept[:, None]).sum(dim=0)
        self.state |= {
            "centre": centre.float(),
            "axes": axes.float(),
            "residual": residual.clamp(min=0).add(self.floor).float(),
        }
        reduced: Tensor = data @ axes.T.to(data.dtype)
        return reduced

    def _unreduced(self, mixture: Mixture) -> Mixture:
        """Return the mixture in the data's own space: axesᵀ Σ axes + noise."""
        axes, residual = (self.state[name].to(mixture.means.device).double() for name in ("axes", "residual"))
        covariances = [axes.T @ each @ axes + residual.diag() for each in _matrices(mixture)]
        means = self.state["centre"].to(axes.device).double() + mixture.means @ axes
        return Mixture("full", mixture.weights, means, torch.stack(covariances))

    def _remember(self, mixture: Mixture) -> None:
        self.state |= {
            "weights": mixture.weights.float(),
            "means": mixture.means.float(),
            "covariances": mixture.covariances.float(),
        }

    def _mixture(self, device: torch.device) -> Mixture:
        names = ("weights", "means", "covariances")
        weights, means, covariances = (self.state[name].to(device).double() for name in names)
        return Mixture(self.covariance, weights / weights.sum(), means, covariances)


def _shaped(noise: Tensor, kind: str, factors: Tensor, component: int) -> Tensor:
    """Return standard noise (n, r) with one component's covariance."""
    if kind in ("full", "tied"):
        drawn: Tensor = noise @ (factors[component] if kind == "full" else factors).T
        return drawn
    return noise * factors[component]


def _matrices(mixture: Mixture) -> Iterator[Tensor]:
    """Yield each component's covariance, (r, r)."""
    size = mixture.means.shape[1]
    for component in range(len(mixture.means)):
        if mixture.kind == "tied":
            yield mixture.covariances
            continue
        covariance = mixture.covariances[component]
        yield covariance if mixture.kind == "full" else covariance.expand(size).diag()
