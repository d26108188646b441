"""Whether a model keeps its contract, and every claim that it makes beyond it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from functools import cached_property
from itertools import islice, takewhile
from typing import Any

import torch
from torch import Tensor

from ganbench.contracts.capabilities import Resumable, profile_of
from ganbench.contracts.datasets import Batch
from ganbench.contracts.models import Model
from ganbench.contracts.pairs import training_batches
from ganbench.errors import UnfitError
from ganbench.schema.choice import Choice
from ganbench.schema.condition import Captions, Sources
from ganbench.schema.spec import Budget, RunSpec
from ganbench.seeds import isolated
from ganbench.testing.bench import UPDATES, diffs, drain, energy_distance, interrupted, random_streams, seeded, settings
from ganbench.testing.claims import CLAIMS
from ganbench.testing.kit import Checks, NotApplicableError, require
from ganbench.testing.toys import TOYS

LEARNING_UPDATES, LEARNING_ROUNDS = 400, 4
SEED = 7_919  # which nobody would choose, so that one who seeds a global stream anew is noticed

FIT, SAMPLE, STATE = "ganbench.Model.fit", "ganbench.Model.sample", "ganbench.Model.state_dict"


class ModelChecks(Checks):
    """What a model must do, on a dataset that fits it: a named one, or the first of the kit's toys that does."""

    SLOW = frozenset({"learns-two-modes", "trains-at-bf16"})

    @classmethod
    def methods(cls) -> Sequence[Callable[[Any], None]]:
        """Return the checks, in the order in which they are run."""
        own = (
            cls.fit_yields_finite_scalars, cls.samples_look_like_the_data, cls.sampling_reads_its_generator_alone,
            cls.equal_seeds_make_equal_models, cls.a_state_is_all_that_sampling_needs,
            cls.a_ragged_last_batch_is_learnt_from, cls.global_state_is_left_alone,
            cls.training_resumes_to_the_bit, cls.trains_at_bf16, cls.learns_two_modes,
        )  # fmt: skip
        return (*own, *(_claim(name) for name in CLAIMS))

    def fit_yields_finite_scalars(self) -> None:
        """Fit yields finite scalars after each update, and ends with its data."""
        self._trained  # noqa: B018  # the check is in the training

    def samples_look_like_the_data(self) -> None:
        """Samples are finite float32 in the shape of the data, images and waveforms in [-1, 1]."""
        for n, samples in ((7, self._samples), (1, self._draw(self._trained, 1))):
            require(samples.shape == (n, *self._shape), f"shape {(n, *self._shape)}", tuple(samples.shape), SAMPLE)
            require(samples.dtype == torch.float32, "float32", samples.dtype, SAMPLE)
            require(bool(samples.isfinite().all()), "finite samples", "numbers that are not", SAMPLE)
            if len(self._shape) == 3:
                most = samples.abs().max().item()
                require(most <= 1.0, "images in [-1, 1]", f"{most:g}", SAMPLE)

    def sampling_reads_its_generator_alone(self) -> None:
        """Samples of equal generators are equal, whatever was drawn from the global stream between."""
        first = self._samples
        torch.rand(1)  # a model that reads the global stream now draws something else
        again = self._draw(self._trained, 7)
        require(torch.equal(first, again), "equal samples of equal generators", "others", SAMPLE)

    def equal_seeds_make_equal_models(self) -> None:
        """Two models that are trained from one seed draw the same samples."""
        first, second = self._samples, self._draw(self._train(self.spec), 7)
        require(torch.equal(first, second), "two fits from one seed draw the same", "other samples", FIT)

    def a_state_is_all_that_sampling_needs(self) -> None:
        """state_dict is a flat mapping of tensors; a new model that takes it back draws the same samples."""
        state = self._trained.state_dict()
        odd = [type(value).__name__ for value in state.values() if not isinstance(value, Tensor)]
        require(not odd, "a flat mapping of tensors", ", ".join(odd), STATE)
        fresh = self.factory.model(self.spec)
        fresh.load_state_dict({key: value.clone() for key, value in state.items()})
        first, second = self._samples, self._draw(fresh, 7)
        require(torch.equal(first, second), "a loaded state samples the same", "other samples", STATE)

    def a_ragged_last_batch_is_learnt_from(self) -> None:
        """A last batch that is smaller than the others is learnt from, or left, without complaint."""
        batches = self._batches(self.spec, 3)
        last = Batch(*(part[: max(2, len(part) // 2 + 1)] for part in batches[-1]))
        with isolated(0):
            model = self.factory.model(self.spec)
            drain(model, [*batches, last])
        require(bool(self._draw(model, 2).isfinite().all()), "finite samples", "others", FIT)

    def global_state_is_left_alone(self) -> None:
        """Sampling leaves the global random streams as they were; nothing reseeds them, or changes what is global."""
        model = self._trained
        require(self._seed_left == SEED, "the global stream, seeded by nobody else", f"a seed {self._seed_left}", FIT)
        before, streams = settings(), random_streams()
        self._draw(model, 3)
        require(streams == random_streams(), "random streams as they were", "others after sample", SAMPLE)
        others = self._changed_by_training | diffs(before)
        require(not others, "dtype, threads, gradients and the like as they were", others, "ganbench.Model")

    def training_resumes_to_the_bit(self) -> None:
        """A Resumable that was interrupted between two updates gives the samples of undisturbed training."""
        self._claimed(Resumable)
        batches = self._batches(self.spec, 2 * self._batches_to_an_update())
        with isolated(0):
            whole = self.factory.model(self.spec)
        with isolated(0):
            half = self.factory.model(self.spec)
        with isolated(1):
            drain(whole, batches)
        with isolated(1):
            left = interrupted(half, batches)
            assert isinstance(half, Resumable)
            state = {name: tensor.clone() for name, tensor in half.checkpoint().items()}
            stream = torch.get_rng_state()
        with isolated(2):
            resumed = self.factory.model(self.spec)
            assert isinstance(resumed, Resumable)
            resumed.restore(state)
            torch.set_rng_state(stream)
            drain(resumed, left)
        first, second = (self._draw(model, 7) for model in (whole, resumed))
        require(torch.equal(first, second), "the samples of undisturbed training", "others", "ganbench.Resumable")

    def trains_at_bf16(self) -> None:
        """Networks at bf16 train too, and give finite samples in float32."""
        samples = self._draw(self._train(replace(self.spec, precision="bf16")), 3)
        require(samples.dtype == torch.float32, "float32", samples.dtype, SAMPLE)
        require(bool(samples.isfinite().all()), "finite samples", "numbers that are not", SAMPLE)

    def learns_two_modes(self) -> None:
        """Some hundred updates, 1,600 at most, bring samples to half of the distance that uniform noise has."""
        data = self.factory.dataset(self.spec.dataset)
        real = data.head("test", 200).samples.flatten(1)
        noise = 2 * torch.rand(real.shape, generator=seeded(1)) - 1
        bound, nearest = 0.5 * energy_distance(noise, real), float("inf")
        with isolated(0):
            model = self.factory.model(self.spec)
            batches = training_batches(data, profile_of(model), 0)
            for _ in range(LEARNING_ROUNDS):
                drain(model, islice(batches, LEARNING_UPDATES))
                nearest = min(nearest, energy_distance(self._draw(model, 200).flatten(1), real))
                if nearest < bound:
                    return
        require(False, f"an energy distance below {bound:.3g}", f"{nearest:.3g} at best", FIT)

    @cached_property
    def spec(self) -> RunSpec:
        """The run that is tried: on the named dataset, or the first toy that the model can be built for."""
        if self.subject.dataset is not None:
            return self._spec(self.subject.dataset)
        reasons = []
        for toy in TOYS:
            try:
                self.factory.model(self._spec(Choice(toy)))
            except UnfitError as error:
                reasons.append(str(error))
            else:
                return self._spec(Choice(toy))
        raise NotApplicableError("; ".join(reasons))

    def _spec(self, dataset: Choice) -> RunSpec:
        default = self.factory.catalog.get("models", self.choice.name).loss
        loss = self.subject.loss or (Choice.parse(default) if default else None)
        budget, precision = Budget(updates=UPDATES), self.subject.precision
        return RunSpec("test@0", dataset, self.choice, loss, 0, budget, True, (), precision=precision)

    @cached_property
    def _shape(self) -> tuple[int, ...]:
        return tuple(self.factory.dataset(self.spec.dataset).shape)

    def _draw(self, model: Model, n: int) -> Tensor:
        """Draw from a fresh generator; by held-out captions or sources where the model takes them."""
        given = None
        if isinstance(profile_of(model).condition, Captions | Sources):  # labels are drawn where they are left out
            given = self.factory.dataset(self.spec.dataset).head("test", n).condition
        return model.sample(n, seeded(), given)

    @cached_property
    def _trained(self) -> Model:
        before = settings()
        model = self._train(self.spec)
        self._changed_by_training = diffs(before)
        return model

    @cached_property
    def _samples(self) -> Tensor:
        """What the trained model draws first, 7 of them."""
        return self._draw(self._trained, 7)

    def _claimed(self, claim: type[Any]) -> Any:
        if not isinstance(self._trained, claim):
            article = "an" if claim.__name__[0] in "AEIOU" else "a"
            raise NotApplicableError(f"it does not claim to be {article} {claim.__name__}")
        return self._trained

    def check_claim(self, name: str) -> None:
        """Try what a capability promises; NotApplicableError for one that is not claimed."""
        claim, check = CLAIMS[name]
        model = self._claimed(claim)
        check(model, self.factory.dataset(self.spec.dataset).head("test", 5), profile_of(model))

    def _train(self, spec: RunSpec) -> Model:
        with isolated(SEED):
            model, rounds = self.factory.model(spec), 0
            profile = profile_of(model)
            require(profile.batch >= 1, "a batch of 1 or more", profile.batch, "ganbench.Profile")
            batches = training_batches(self.factory.dataset(spec.dataset), profile, 0)
            enough = takewhile(lambda _: rounds < UPDATES, islice(batches, 10 * UPDATES))
            for losses in model.fit(enough):
                rounds += 1
                for name, given in losses.items():
                    value = torch.as_tensor(given)
                    require(value.numel() == 1, f"scalars; {name} is one", f"{value.numel()} numbers", FIT)
                    require(bool(value.isfinite()), f"{name} is finite", f"{value.item()} at update {rounds}", FIT)
            require(rounds > 0, "fit yields after each update", "it yielded nothing", FIT)
            self._seed_left = torch.initial_seed()
        return model

    def _batches(self, spec: RunSpec, count: int) -> list[Batch]:
        return list(islice(training_batches(self.factory.dataset(spec.dataset), profile_of(self._trained), 0), count))

    def _batches_to_an_update(self) -> int:
        """Return how many batches a model takes to its next update but one, so that a save falls between updates."""
        taken = 0

        def counted() -> Iterator[Batch]:
            nonlocal taken
            for batch in training_batches(self.factory.dataset(self.spec.dataset), profile_of(model), 0):
                taken += 1
                yield batch

        with isolated(0):
            model = self.factory.model(self.spec)
            for _ in islice(model.fit(counted()), UPDATES // 2):
                pass
        return taken


def _claim(name: str) -> Callable[[ModelChecks], None]:
    def check(checks: ModelChecks) -> None:
        checks.check_claim(name)

    check.__name__ = name
    check.__doc__ = CLAIMS[name][1].__doc__
    return check
