"""Whether an adversarial loss keeps its contract."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import cached_property
from typing import Any

import torch
from torch import Tensor, nn

from ganbench.contracts.datasets import Batch
from ganbench.contracts.losses import AdversarialLoss, Augmentation, FeatureObjective, FormatBound
from ganbench.contracts.models import Task
from ganbench.errors import UnfitError
from ganbench.seeds import isolated
from ganbench.testing.bench import seeded
from ganbench.testing.kit import Checks, NotApplicableError, require
from ganbench.torchkit.adversarial import AdversarialModel

STEPS, TARGET, BATCH = 600, 0.6, 16
LOSS = "ganbench.AdversarialLoss"


class LossChecks(Checks):
    """What a loss must do, on logits and in a training of some hundred steps."""

    SLOW = frozenset({"hundreds-of-steps-lead-the-right-way"})

    @classmethod
    def methods(cls) -> Sequence[Callable[[Any], None]]:
        """Return the checks, in the order in which they are run."""
        return (
            cls.terms_are_finite_scalars, cls.extreme_logits_stay_finite, cls.both_players_are_moved,
            cls.real_logits_are_left_out_where_it_says_so, cls.the_penalty_is_a_mean_of_squares,
            cls.augmented_samples_keep_their_shape, cls.hundreds_of_steps_lead_the_right_way,
        )  # fmt: skip

    @cached_property
    def loss(self) -> AdversarialLoss:
        """The loss, made once."""
        return self.factory.loss(self.choice)

    def terms_are_finite_scalars(self) -> None:
        """Each player's term is a finite scalar."""
        real, fake = _logits()
        for side, term in self._terms(real, fake).items():
            require(term.shape == (), "a scalar", f"shape {tuple(term.shape)}", f"{LOSS}.{side}")
            require(bool(term.isfinite()), "a finite number", term.item(), f"{LOSS}.{side}")

    def extreme_logits_stay_finite(self) -> None:
        """Logits of -10,000 and 10,000 give finite terms."""
        extreme = torch.tensor([-1e4, 1e4])
        for side, term in self._terms(extreme, extreme.flip(0)).items():
            require(bool(term.isfinite()), "a finite number", term.item(), f"{LOSS}.{side}")

    def both_players_are_moved(self) -> None:
        """The generator's term has a slope at generated samples, the discriminator's at both sides."""
        real, fake = _logits()
        if isinstance(self.loss, FeatureObjective):
            seen = [torch.randn(6, 3, generator=seeded(seed)).requires_grad_() for seed in (0, 1)]
            moved = torch.autograd.grad(self.loss.match(*seen), seen[1])[0]
        else:
            moved = torch.autograd.grad(self._terms(real, fake)["generator"], fake)[0]
        require(bool(moved.abs().sum() > 0), "a slope at generated samples", "none", f"{LOSS}.generator")
        slopes = torch.autograd.grad(self._terms(real, fake)["discriminator"], (real, fake))
        for side, slope in zip(("real", "generated"), slopes, strict=True):
            require(bool(slope.abs().sum() > 0), f"a slope at {side} logits", "none", f"{LOSS}.discriminator")

    def real_logits_are_left_out_where_it_says_so(self) -> None:
        """A loss with paired = False works without real logits, and one with paired = True looks at them."""
        real, fake = (logits.detach() for logits in _logits())
        if self.loss.paired:
            differ = self.loss.generator(real, fake) != self.loss.generator(real + torch.arange(6.0), fake)
            require(bool(differ), "a term of real logits too", "one that ignores them", f"{LOSS}.paired")
        else:
            alone = self.loss.generator(real[:0], fake)
            require(bool(alone.isfinite()), "a finite number", alone.item(), f"{LOSS}.paired")

    def the_penalty_is_a_mean_of_squares(self) -> None:
        """A penalty is a finite scalar of 0 or more."""
        samples = [torch.randn(6, 2, generator=seeded(seed)) for seed in (2, 3)]
        weight = torch.tensor([3.0, 4.0])
        penalty = self.loss.penalty(lambda points: points @ weight, samples[0], samples[1], seeded())
        if penalty is None:
            raise NotApplicableError("it has no penalty")
        require(penalty.shape == (), "a scalar", f"shape {tuple(penalty.shape)}", f"{LOSS}.penalty")
        require(bool(penalty.isfinite() and penalty >= 0), "0 or more", penalty.item(), f"{LOSS}.penalty")

    def augmented_samples_keep_their_shape(self) -> None:
        """An augmentation keeps shape and dtype, draws from its generator alone, and lets gradients through."""
        if not isinstance(self.loss, Augmentation):
            raise NotApplicableError("it does not claim to be an Augmentation")
        samples = (torch.rand(4, *self._task().shape, generator=seeded()) - 0.5).requires_grad_()
        shown, again = (self.loss.augment(samples, seeded(1)) for _ in range(2))
        where = "ganbench.Augmentation.augment"
        require(shown.shape == samples.shape, f"shape {tuple(samples.shape)}", tuple(shown.shape), where)
        require(shown.dtype == samples.dtype, samples.dtype.__str__(), shown.dtype, where)
        require(torch.equal(shown, again), "equal samples of equal generators", "others", where)
        (slope,) = torch.autograd.grad(shown.sum(), samples)
        require(bool(slope.abs().sum() > 0), "a gradient to the samples", "none", where)

    def hundreds_of_steps_lead_the_right_way(self) -> None:
        """Updates of a generator that can only shift noise bring it near the data, on average, without a nan."""
        shift = self._shifted(STEPS)
        require(abs(shift - TARGET) < TARGET / 2, f"a shift near {TARGET}", f"{shift:.3f}", LOSS)

    def _shifted(self, steps: int) -> float:
        """Train a generator of one number; return its mean over the last half, for it may swing around its goal."""
        changes: dict[str, Any] = {"batch": BATCH, "critic_steps": 1, "learning_rate": 4e-3, "average": 0.0}
        loss = self.factory.loss(self.choice, changes)
        task, shifts = self._task(loss), []
        with isolated(0):
            critic = nn.Sequential(nn.Flatten(), nn.Linear(task.dimensions, 16), nn.Tanh(), nn.Linear(16, 1))
            model = AdversarialModel(task, _Shift(task), critic, latent=task.dimensions)
            for number, terms in enumerate(model.fit(_shifted_noise(task, steps)), start=1):
                if number > steps // 2:
                    shifts.append(model.generator.shift.detach().clone())  # type: ignore[operator]
                if number % 100 == 0:
                    for name, term in terms.items():
                        require(bool(term.isfinite()), f"a finite {name}", f"{term.item()} at update {number}", LOSS)
        return float(torch.stack(shifts).mean())

    def _task(self, loss: AdversarialLoss | None = None) -> Task:
        """Return a task of points, or of images where the loss takes no points."""
        for shape in ((2,), (1, 8, 8)):
            task = Task(shape, 0, "cpu", 1_000, 0, loss=loss or self.loss)
            try:
                if isinstance(self.loss, FormatBound):
                    self.loss.check_format(task)
            except UnfitError as error:
                reason = str(error)
            else:
                return task
        raise NotApplicableError(reason)

    def _terms(self, real: Tensor, fake: Tensor) -> dict[str, Tensor]:
        held = real.detach() if self.loss.paired else real.detach()[:0]
        return {
            "generator": self.loss.generator(held, fake),
            "discriminator": self.loss.discriminator(real, fake),
        }


class _Shift(nn.Module):
    """Noise of a small spread, shifted by one number that is learnt."""

    def __init__(self, task: Task) -> None:
        super().__init__()
        self.shape, self.shift = task.shape, nn.Parameter(torch.zeros(()))

    def forward(self, noise: Tensor) -> Tensor:
        return (self.shift + 0.2 * noise).reshape(len(noise), *self.shape)


def _shifted_noise(task: Task, count: int) -> Iterator[Batch]:
    generator = seeded(1)
    for _ in range(count):
        yield Batch(TARGET + 0.2 * torch.randn(BATCH, *task.shape, generator=generator), torch.zeros(BATCH).long())


def _logits() -> tuple[Tensor, Tensor]:
    real, fake = (torch.randn(6, generator=seeded(seed)).requires_grad_() for seed in (0, 1))
    return real, fake
