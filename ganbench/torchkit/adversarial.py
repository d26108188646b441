"""Adversarial training: a model plugin brings two networks, a loss plugin the objective and its recipe."""

from collections.abc import Collection, Iterator, Mapping
from functools import partial, reduce
from operator import add
from typing import Any, ClassVar

import torch
from torch import Tensor, nn

from ganbench.contracts.capabilities import Profile, Profiled, StepCounter
from ganbench.contracts.datasets import Batch
from ganbench.contracts.losses import (
    REQUESTS,
    AdversarialLoss,
    DiscriminatorTerm,
    FeatureObjective,
    LossHost,
    Scheduled,
    Shown,
    check_requests,
)
from ganbench.contracts.models import Task
from ganbench.errors import UnfitError
from ganbench.schema.condition import Captions, Labels
from ganbench.seeds import stream
from ganbench.torchkit.averaging import MovingAverage
from ganbench.torchkit.fitness import check_fit, penalises
from ganbench.torchkit.hidden import hidden_features
from ganbench.torchkit.judging import AuxiliaryTerms, Judged, Judging
from ganbench.torchkit.latent_generator import CHUNK, LatentGenerator
from ganbench.torchkit.modes import batch_norm_text, has_batch_norm
from ganbench.torchkit.optim import descend, make_optimizer, share_at_bound
from ganbench.torchkit.pair_state import PairState
from ganbench.torchkit.precision import autocast, kernel_choice, kernels
from ganbench.torchkit.two_players import PairOfPlayers


class AdversarialModel(PairState, LatentGenerator, Judging, PairOfPlayers, Profiled, StepCounter, LossHost):
    """A generator against a discriminator, under any adversarial loss; fulfils contracts.Model.

    Each critic step takes a real batch and noise of its own, on a generated batch without gradient. After
    exactly `critic_steps` of them the generator moves once, on noise of its own; data that end within a
    round end it without a generator update. The losses' terms are summed and stepped on once.

    generator: noise (n, latent), with labels (n,) or captions (n, length) too when conditional, to samples (n, *shape).
    discriminator: samples, with labels or captions too when conditional, to logits (n,) or (n, 1).
    apart: the discriminator judges each sample by itself and draws nothing at random, so that real and generated
        ones may go through it together; false where it has batch norm, dropout or spectral norm.

    plain: a model that is no more than its two networks, which another model may train in a way of its own.

    A model that inherits from AuxiliaryTerms adds terms of its own, made of hidden activations, to what either player
    minimises. Raises UnfitError for a loss that can't go with this discriminator.
    """

    plain: ClassVar[bool] = True

    def __init__(
        self,
        task: Task,
        generator: nn.Module,
        discriminator: nn.Module,
        *,
        latent: int,
        conditional: bool = False,
        apart: bool = False,
    ) -> None:
        if task.loss is None:
            raise UnfitError("an adversarial model needs a loss; name one with --loss")
        if conditional and not isinstance(task.condition, Labels | Captions):
            raise UnfitError("a conditional model needs data with classes or captions")
        self.task, self.latent, self.conditional, self.apart = task, latent, conditional, apart
        self.loss: AdversarialLoss = task.loss
        check_fit(self.loss, discriminator)
        self._penalised = penalises(self.loss)
        self.recipe = recipe = self.loss.recipe
        self.batch = recipe.batch
        self.generator = generator.to(task.device)
        self.discriminator = discriminator.to(task.device)
        if isinstance(self, AuxiliaryTerms) and hidden_features(self.discriminator) is None:
            raise TypeError("a model with auxiliary terms has a discriminator that shows its hidden activations")
        check_requests(self.loss, self.gives())
        self._generator_weights = list(generator.parameters())
        self._discriminator_weights = list(discriminator.parameters())
        rate = recipe.learning_rate
        self._generator_optimizer = make_optimizer(recipe, self._generator_weights, rate)
        critic_rate = recipe.discriminator_learning_rate or rate
        self._discriminator_optimizer = make_optimizer(recipe, self._discriminator_weights, critic_rate)
        self._random = torch.Generator(task.device).manual_seed(stream(task.seed, "noise"))
        self._steps = {"generator": 0, "discriminator": 0}
        self._average = MovingAverage(self.generator, recipe.average) if recipe.average else None
        self._mode = self.modes()[0]

    def gives(self) -> Collection[type[Any]]:
        """Return all that a loss may ask for and this discriminator shows; less where a model overrides the loop."""
        shows = hidden_features(self.discriminator) is not None
        return [request for request in REQUESTS if shows or request is not FeatureObjective]

    def profile(self) -> Profile:
        """Return the batch, the mode that samples are drawn in, the latent dimensions, parameters and the recipe."""
        weights = {"generator": self._generator_weights, "discriminator": self._discriminator_weights}
        return Profile(
            batch=self.batch,
            condition=self.task.condition if self.conditional else None,
            average=self.recipe.average if self._mode.average else 0.0,
            batch_norm=batch_norm_text(self._mode, CHUNK) if has_batch_norm(self.generator) else "",
            latent=self.latent,
            parameters={name: sum(weight.numel() for weight in each) for name, each in weights.items()},
            recipe=self.recipe,
            evaluations=1,
            kernels=str(kernel_choice(self.task)),
        )

    def steps_by_player(self) -> dict[str, int]:
        """Return the optimizer steps of generator and discriminator."""
        return dict(self._steps)

    def fit(self, batches: Iterator[Batch]) -> Iterator[Mapping[str, Tensor]]:
        """Train until batches ends; yield the terms of each generator update and its last critic step."""
        steps = 0
        for batch in batches:
            if isinstance(self.loss, Scheduled):
                self.loss.advance(self.task.progress())
            terms = self._step_discriminator(batch)
            self._steps["discriminator"] += 1
            steps += 1
            if steps < self.recipe.steps_before(self._steps["generator"]):
                continue
            steps = 0
            terms |= self._step_generator(batch)
            self._steps["generator"] += 1
            yield terms

    def generator_terms(self, batch: Batch) -> dict[str, Tensor]:
        """Return the scalars whose sum the generator minimises; a model adds what its paper has beside the loss.

        The discriminator's weights take no gradient meanwhile.
        """
        real_samples, condition = batch
        noise = self._noise(len(condition))
        with autocast(self.task):
            fake = self._look(self._shown(noise, condition), condition)
            real = Judged(fake.logits.new_empty(0))
            if self.loss.paired or isinstance(self.loss, FeatureObjective):
                with torch.no_grad():
                    real = self._look(self._show(real_samples), condition)
        loss = self.loss.generator(real.logits if self.loss.paired else real.logits[:0], fake.logits)
        if isinstance(self.loss, FeatureObjective) and fake.hidden is not None and real.hidden is not None:
            loss = loss + self.loss.match(real.hidden, fake.hidden)
        return {"generator_loss": loss} | self._further("generator", noise, condition, fake, real)

    def _step_discriminator(self, batch: Batch) -> dict[str, Tensor]:
        # judge a real batch and a generated one, which carries no gradient to the generator
        condition = batch.condition
        real_samples, noise = self._show(batch.samples), self._noise(len(condition))
        with torch.no_grad(), autocast(self.task):
            fake_samples = self._shown(noise, condition).float()
        with autocast(self.task):
            real, fake = self._look_at_both(real_samples, fake_samples, condition)
        loss = self.loss.discriminator(real.logits, fake.logits)

        # sum the terms, step once
        penalty = self._penalty(real_samples, fake_samples, condition)
        total = loss if penalty is None else loss + self.recipe.penalty_weight * penalty
        term = None
        if isinstance(self.loss, DiscriminatorTerm):
            critic = partial(self._judge, condition=condition)
            shown = Shown(real_samples, fake_samples, real.logits, fake.logits, critic, self._random)
            term = self.loss.discriminator_term(shown)
            total = total + term
        own = self._further("discriminator", noise, condition, fake, real)
        total = reduce(add, own.values(), total)
        norm = descend(self._discriminator_optimizer, self._discriminator_weights, total)
        self.loss.constrain(self.discriminator)

        terms = {"discriminator_loss": loss.detach(), "discriminator_gradient_norm": norm}
        terms |= self._seen(real.logits, fake.logits)
        further = {"gradient_penalty": penalty, "discriminator_term": term} | own
        return terms | {name: value.detach() for name, value in further.items() if value is not None}

    @torch.no_grad()
    def _seen(self, real: Tensor, fake: Tensor) -> dict[str, Tensor]:
        """Return what the stability measures read of a critic step; nothing here leaves the device."""
        terms = {"discriminator_accuracy": (real > fake).float().mean()}
        if self.loss.log_odds:
            terms |= {"discriminator_real": real.sigmoid().mean(), "discriminator_fake": fake.sigmoid().mean()}
        if self.recipe.clip is not None:
            terms["clipped_share"] = share_at_bound(self._discriminator_weights, self.recipe.clip)
        return terms

    def _penalty(self, real: Tensor, fake: Tensor, condition: Tensor) -> Tensor | None:
        # at full precision: the slope of a slope has few digits to lose
        if not self._penalised:
            return None
        with kernels(self.task):
            return self.loss.penalty(lambda samples: self._judge(samples, condition), real, fake, self._random)

    def _step_generator(self, batch: Batch) -> dict[str, Tensor]:
        # the discriminator passes gradients through but gathers none of its own
        for weight in self._discriminator_weights:
            weight.requires_grad_(False)
        terms = self.generator_terms(batch)
        norm = descend(self._generator_optimizer, self._generator_weights, reduce(add, terms.values()))
        for weight in self._discriminator_weights:
            weight.requires_grad_(True)
        if self._average is not None:
            self._average.follow(self.generator, self._steps["generator"])
        return {name: term.detach() for name, term in terms.items()} | {"generator_gradient_norm": norm}

    def _shown(self, noise: Tensor, condition: Tensor) -> Tensor:
        # generated samples as the discriminator is shown them
        samples = self.generator(noise, condition) if self.conditional else self.generator(noise)
        return self._show(samples)

    def _noise(self, n: int) -> Tensor:
        return torch.randn(n, self.latent, generator=self._random, device=self._random.device)
