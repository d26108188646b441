"""A mixture of Gaussians by EM: the classical baseline that a GAN should beat, and on mixtures the truth."""

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Annotated

import torch
from torch import Tensor

from ganbench import BadOptionError, Batch, Likelihood, Profile, Profiled, Resumable, Setting, Task, UnfitError, stream
from ganbench.torchkit.descent import no_condition
from ganbench_models.mixture import Covariance, Mixture
from ganbench_models.mixture_em import chunks, log_density, start, step
from ganbench_models.mixture_size import choose_components
from ganbench_models.playback import one_pass

_MANY_DIMENSIONS = 256  # above, EM runs on principal components
_PRINCIPAL = 64
_FLOOR, _ROUNDING = 1e-6, (2 / 255) ** 2 / 12
_TOLERANCE = 1e-3  # of the log-likelihood in nats a sample, as scikit-learn has it


@dataclass
class _EM:
    """EM on its way. data: (n, d). likelihood, before: the mean log-likelihood of the last step and of that before."""

    data: Tensor
    mixture: Mixture
    steps: int = 0
    likelihood: float = -math.inf
    before: float = -math.inf

    @property
    def converged(self) -> bool:
        """Whether the last step brought next to nothing."""
        return abs(self.likelihood - self.before) < _TOLERANCE

    def step(self, floor: float) -> None:
        """Take one step."""
        self.before = self.likelihood
        self.mixture, self.likelihood = step(self.data, self.mixture, floor)
        self.steps += 1

    def tensors(self) -> dict[str, Tensor]:
        """Return all of it as tensors."""
        numbers = torch.tensor([self.steps, self.likelihood, self.before], dtype=torch.float64)
        parts = {"weights": self.mixture.weights, "means": self.mixture.means, "factors": self.mixture.factors}
        return {"data": self.data, "numbers": numbers, **parts}

    @classmethod
    def of(cls, covariance: Covariance, state: Mapping[str, Tensor]) -> "_EM":
        """Take back what tensors gave."""
        steps, likelihood, before = state["numbers"].tolist()
        mixture = Mixture(covariance, state["weights"], state["means"], state["factors"])
        return cls(state["data"], mixture, int(steps), likelihood, before)


class GMM(Profiled, Resumable, Likelihood):
    """EM on one pass over the training data, from k-means++ centres; an update is one step of EM.

    Each step reads the whole pass again, which a budget of images counts once: compare by images and seconds, and not
    by updates. What principal components leave out is put back as independent noise of its variance.
    """

    def __init__(  # a mixture has this many knobs
        self,
        task: Task,
        components: Annotated[
            int | None,
            Setting("Gaussians in the mixture; the number with the least BIC on the training data", at_least=1),
        ] = None,
        covariance: Annotated[Covariance, Setting("of each Gaussian; tied is one for all of them")] = "full",
        pca: Annotated[
            int | None,
            Setting(
                "principal components to fit in, 0 for the data's own space; 64 above 256 dimensions or 0",
                at_least=0,
            ),
        ] = None,
        steps: Annotated[int, Setting("of EM at most; fewer where it has converged", at_least=1)] = 100,
        floor: Annotated[
            float | None,
            Setting(
                "added to each variance, so that no Gaussian collapses; 1e-6 for points, and for images what rounding "
                "to 256 levels adds, 5.1e-6, below which a density of levels means nothing",
                above=0,
            ),
        ] = None,
        double: Annotated[
            bool, Setting("multiply full covariances in float64 in place of float32; all else is float64 anyway")
        ] = False,
    ) -> None:
        if pca is None:
            pca = _PRINCIPAL if task.dimensions > _MANY_DIMENSIONS else 0
        if pca > task.dimensions:
            raise BadOptionError(f"gmm takes pca of 0 to the data's {task.dimensions} dimensions, not {pca}")
        if components is not None and components > task.examples:
            raise UnfitError(f"gmm needs a sample for each of its {components} components, not {task.examples}")
        self.task, self.components, self.covariance = task, components, covariance
        self.steps, self.pca = steps, pca
        self.floor = floor if floor is not None else _ROUNDING if task.images else _FLOOR
        self.dtype = torch.float64 if double else torch.float32
        self.state: dict[str, Tensor] = {}
        self._em: _EM | None = None

    def profile(self) -> Profile:
        """Return how many numbers a fitted mixture and its principal components have, once their number is known."""
        count, whole, size = self.components, self.task.dimensions, self.pca or self.task.dimensions
        if count is None:
            return Profile(updates=self.steps)
        factors = {"full": count * size**2, "tied": size**2, "diag": count * size, "spherical": count}
        numbers = count + count * size + factors[self.covariance]
        axes = 2 * whole + size * whole if self.pca else 0  # centre, what is left out, and the axes themselves
        return Profile(updates=self.steps, parameters={"mixture": numbers + axes})

    def fit(self, batches: Iterator[Batch]) -> Iterator[Mapping[str, Tensor]]:
        """Gather one pass, then step EM until it converges; yield the mean negative log-likelihood in nats.

        It is that of the mixture before the step, as scikit-learn has it, and of the principal components
        alone where there are any; log_prob is of the whole. Raises BadOptionError for fewer samples than
        components, and ArithmeticError for samples that are not finite.
        """
        if self._em is None:
            data = self._gathered(batches)
            if data is None:
                return
            generator = torch.Generator(data.device).manual_seed(stream(self.task.seed, "noise"))
            if self.components is None:
                self.components = choose_components(data, self.covariance, self.floor, generator)
            self._em = _EM(data, start(data, self.covariance, self.components, self.floor, generator))
        em = self._em
        while em.steps < self.steps and not em.converged:
            em.step(self.floor)
            self._remember(em.mixture)
            yield {"negative_log_likelihood_loss": torch.tensor(-em.likelihood)}

    def checkpoint(self) -> dict[str, Tensor]:
        """Return the data as they were gathered, for they are consumed once, and how far EM is with them."""
        assert self._em is not None, "nothing was fitted yet"
        return self._em.tensors() | {f"state.{name}": tensor for name, tensor in self.state.items()}

    def restore(self, state: Mapping[str, Tensor]) -> None:
        """Take back what checkpoint gave; EM then goes on to the bit."""
        copies = {name: tensor.clone().to(self.task.device) for name, tensor in state.items()}
        self._em = _EM.of(self.covariance, copies)
        self.components = len(self._em.mixture.weights)
        self.load_state_dict({n.removeprefix("state."): t for n, t in copies.items() if n.startswith("state.")})

    @torch.no_grad()
    def sample(self, n: int, generator: torch.Generator, condition: Tensor | None = None) -> Tensor:
        """Draw (n, *shape) float32 samples; images are clipped to [-1, 1]. Takes no condition."""
        no_condition(condition)
        device = generator.device
        state = {name: tensor.to(device) for name, tensor in self.state.items()}
        chosen = torch.multinomial(state["weights"], n, replacement=True, generator=generator)
        means, factors = state["means"], state["factors"]
        drawn = torch.randn(n, means.shape[1], generator=generator, device=device)
        for component in range(len(means)):
            rows = chosen == component
            factor = factors if self.covariance == "tied" else factors[component]
            drawn[rows] = means[component] + (drawn[rows] @ factor.T if factor.ndim == 2 else drawn[rows] * factor)
        if self.pca:
            rest = torch.randn(n, self.task.dimensions, generator=generator, device=device)
            drawn = state["centre"] + drawn @ state["axes"] + rest.mul_(state["residual"].sqrt())
        samples = drawn.reshape(n, *self.task.shape)
        return samples.clamp(-1, 1) if self.task.images else samples

    @torch.no_grad()
    def log_prob(self, samples: Tensor) -> Tensor:
        """Return the log-density of each sample (n, *shape) in the data's own space, (n,) float64 nats.

        With principal components it is that of the whole model: axes and independent noise together. Clipping
        is left out: it is the density of what sample draws before that.
        """
        state = {name: tensor.to(samples.device).double() for name, tensor in self.state.items()}
        weights = state["weights"] / state["weights"].sum()
        mixture = Mixture(self.covariance, weights, state["means"], state["factors"])
        rows = samples.flatten(1)
        return _log_density_around(rows, mixture, state) if self.pca else log_density(rows, mixture)

    def state_dict(self) -> dict[str, Tensor]:
        """Return the fitted mixture as float32: weights (k,), means (k, r), factors as in Mixture.

        With principal components also centre (d,), axes (r, d), and the variance that they leave out (d,).
        """
        return dict(self.state)

    def load_state_dict(self, state: Mapping[str, Tensor]) -> None:
        """Take back what state_dict gave."""
        # copies, for a file's tensors start anywhere in memory, and products differ in their last bit by where they do
        self.state = {name: tensor.clone() for name, tensor in state.items()}

    def _gathered(self, batches: Iterator[Batch]) -> Tensor | None:
        """Return one pass over the data (n, d), on principal axes where there are any; None for no data at all."""
        gathered = [batch.samples.flatten(1).to(self.task.device) for batch in one_pass(batches, self.task.examples)]
        if not gathered:
            return None
        data = torch.cat(gathered).to(self.dtype)
        gathered.clear()
        if self.components is not None and len(data) < self.components:
            raise BadOptionError(
                f"gmm needs a sample for each of its {self.components} components, not {len(data)}; "
                "give a larger budget or fewer components"
            )
        return self._reduced(data) if self.pca else data

    def _reduced(self, data: Tensor) -> Tensor:
        """Return data (n, d) on their principal axes, (n, r); keep these, and the variance they leave out."""
        centre = data.mean(dim=0).double()
        covariance = centre.new_zeros(len(centre), len(centre))
        for chunk in chunks(data):
            apart = chunk - centre[None]
            covariance.addmm_(apart.T, apart, alpha=1 / len(data))
        values, vectors = (tensor[..., -self.pca :].flip(-1) for tensor in torch.linalg.eigh(covariance))
        residual = covariance.diagonal() - vectors.square() @ values
        self.state |= {
            "centre": centre.float(),
            "axes": vectors.T.float().contiguous(),
            "residual": residual.clamp(min=0).add(self.floor).float(),
        }
        reduced = [((chunk - centre[None]) @ vectors).to(data.dtype) for chunk in chunks(data)]
        return torch.cat(reduced)

    def _remember(self, mixture: Mixture) -> None:
        parts = {"weights": mixture.weights, "means": mixture.means, "factors": mixture.factors}
        self.state |= {name: part.float().contiguous() for name, part in parts.items()}


def _log_density_around(samples: Tensor, mixture: Mixture, state: Mapping[str, Tensor]) -> Tensor:
    """Return the log-density (n,) of x = centre + axesᵀz + noise, z by the mixture and noise N(0, residual).

    As a function of z, N(x; centre + axesᵀz, residual) is a Gaussian around the z that fits x best by weighted
    least squares; so all that is left for the mixture is the density of that z, with its uncertainty added.
    """
    axes, residual = state["axes"], state["residual"]
    precision = (axes / residual) @ axes.T
    factor = torch.linalg.cholesky(precision)
    blurred = mixture.blurred(torch.cholesky_inverse(factor))
    spare = samples.shape[1] - len(axes)
    constant = residual.log().sum() + 2 * factor.diagonal().log().sum() + spare * math.log(2 * math.pi)

    parts = [samples.new_empty(0, dtype=torch.float64)]
    for chunk in chunks(samples):
        apart = chunk - state["centre"][None]
        best = torch.cholesky_solve((axes / residual) @ apart.T, factor).T
        misfit = ((apart - best @ axes).square() / residual).sum(dim=1)
        parts.append(log_density(best, blurred) - 0.5 * (misfit + constant))
    return torch.cat(parts)
