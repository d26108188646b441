"""Whether a model keeps its contract, and every claim that it makes beyond it."""

from contextlib import closing
from dataclasses import replace
from itertools import islice

import torch
from torch import Tensor

from ganbench.contracts.capabilities import (
    EvidenceBound,
    LatentDecoder,
    Likelihood,
    Profile,
    Reconstructor,
    Resumable,
    StepCounter,
    profile_of,
)
from ganbench.contracts.datasets import Batch
from ganbench.contracts.models import Model
from ganbench.registry.factory import Factory
from ganbench.schema.choice import Choice
from ganbench.schema.condition import Captions, Sources
from ganbench.schema.spec import Budget, RunSpec
from ganbench.seeds import isolated
from ganbench.testing.bench import make_factory, seeded

UPDATES = 4


def check_model(
    name: str, dataset: str, loss: str | None = None, factory: Factory | None = None, precision: str = "fp32"
) -> None:
    """Check that a model trains, samples and survives its state, on a dataset that fits it, and keeps its claims.

    precision: of its networks, "fp32" or "bf16".
    """
    factory = factory or make_factory()
    spec = replace(_spec(factory, name, dataset, loss), precision=precision)
    first, second = (_trained(factory, spec) for _ in range(2))
    shape = tuple(factory.dataset(spec.dataset).shape)

    # it draws what it should, from the generator alone
    drawn_by = isinstance(profile_of(first).condition, Captions | Sources)  # labels are drawn where they are left out
    given = factory.dataset(spec.dataset).head("test", 7).condition if drawn_by else None
    samples = first.sample(7, seeded(), given)
    assert samples.shape == (7, *shape), f"sample(7) gave shape {tuple(samples.shape)}, not {(7, *shape)}"
    assert samples.dtype == torch.float32, f"sample gave {samples.dtype}, not float32"
    assert samples.isfinite().all(), "sample gave numbers that are not finite"
    if len(shape) == 3:
        assert samples.abs().max() <= 1.0, "images lie in [-1, 1]"
    torch.rand(1)  # a model that reads the global stream now draws something else
    assert torch.equal(samples, first.sample(7, seeded(), given)), "sample reads more than its generator"
    assert first.sample(1, seeded(), None if given is None else given[:1]).shape == (1, *shape), (
        "sample(1) has another shape"
    )

    # equal seeds, equal models; and a state is all that sampling needs
    assert torch.equal(samples, second.sample(7, seeded(), given)), "two fits from one seed differ"
    state = first.state_dict()
    assert all(isinstance(value, Tensor) for value in state.values()), "state_dict is a flat mapping of tensors"
    fresh = factory.model(spec)
    fresh.load_state_dict({key: value.clone() for key, value in state.items()})
    assert torch.equal(samples, fresh.sample(7, seeded(), given)), "a loaded state samples differently"
    _check_claims(first, factory.dataset(spec.dataset).head("test", 5), profile_of(first))
    if isinstance(first, Resumable):
        _check_resuming(factory, spec, given)


def _check_claims(model: Model, batch: Batch, profile: Profile) -> None:
    """Check every capability that a model claims by inheriting from its class."""
    n = len(batch.samples)
    condition = batch.condition if profile.conditional else None
    assert profile.batch >= 1, f"profile().batch is 1 or more, not {profile.batch}"
    if isinstance(model, StepCounter):
        steps = model.steps_by_player()
        assert sum(steps.values()) > 0, f"steps_by_player() counted nothing in training: {dict(steps)}"
    if isinstance(model, Likelihood):
        nats = model.log_prob(batch.samples)
        assert nats.shape == (n,), f"log_prob of {n} samples has shape {(n,)}, not {tuple(nats.shape)}"
        assert not nats.isnan().any(), "log_prob gave nan"
    if isinstance(model, LatentDecoder):
        assert profile.latent, "a LatentDecoder says in its profile() how many latent dimensions it has"
        decoded = model.decode(torch.randn(n, profile.latent, generator=seeded()), condition)
        assert decoded.shape == batch.samples.shape, f"decode gave shape {tuple(decoded.shape)}"
        assert decoded.isfinite().all(), "decode gave numbers that are not finite"
    if isinstance(model, Reconstructor):
        assert len(model.encode(batch.samples, condition)) == n, "encode gives a code for each sample"
        again = model.reconstruct(batch.samples, condition)
        assert again.shape == batch.samples.shape, f"reconstruct gave shape {tuple(again.shape)}"
        assert model.anomaly(batch.samples, condition).shape == (n,), "anomaly gives a number for each sample"
    if isinstance(model, EvidenceBound):
        bound = model.elbo(batch.samples, seeded(), condition)
        assert bound.shape == (n,), f"elbo of {n} samples has shape {(n,)}, not {tuple(bound.shape)}"


def _check_resuming(factory: Factory, spec: RunSpec, given: Tensor | None) -> None:
    """Check that training that was interrupted between two updates gives the same samples as one that was not."""
    dataset = factory.dataset(spec.dataset)
    with isolated(0):
        whole = factory.model(spec)
    with isolated(0):
        half = factory.model(spec)
    taken = 2 * _batches_for(factory, spec)
    batches = list(islice(dataset.batches("train", profile_of(whole).batch, 0), taken))
    with isolated(1):
        _drain(whole, batches)
    with isolated(1):
        left = _interrupted(half, batches)
        assert isinstance(half, Resumable)
        state = {name: tensor.clone() for name, tensor in half.checkpoint().items()}
        stream = torch.get_rng_state()
    with isolated(2):
        resumed = factory.model(spec)
        assert isinstance(resumed, Resumable)
        resumed.restore(state)
        torch.set_rng_state(stream)
        _drain(resumed, left)
    assert torch.equal(whole.sample(7, seeded(), given), resumed.sample(7, seeded(), given)), (
        "restore(checkpoint()) in the middle of training changes what comes of it"
    )


def _batches_for(factory: Factory, spec: RunSpec) -> int:
    """Return how many batches a model takes to its next update but one, so that a save falls between updates."""
    with isolated(0):
        model = factory.model(spec)
        taken = 0

        def counted() -> object:
            nonlocal taken
            for batch in factory.dataset(spec.dataset).batches("train", profile_of(model).batch, 0):
                taken += 1
                yield batch

        for update, _ in enumerate(model.fit(counted()), start=1):  # type: ignore[arg-type]
            if update == UPDATES // 2:
                break
    return taken


def _interrupted(model: Model, batches: list[Batch]) -> list[Batch]:
    """Train a few updates, as far as there are any, and stop between two; return the batches that were not taken."""
    data = iter(batches)
    with closing(model.fit(data)) as updates:  # type: ignore[type-var]
        for _ in islice(updates, UPDATES // 2):
            pass
    return list(data)


def _drain(model: Model, batches: list[Batch]) -> None:
    for _ in model.fit(iter(batches)):
        pass


def _spec(factory: Factory, name: str, dataset: str, loss: str | None) -> RunSpec:
    model = Choice.parse(name)
    loss = loss or factory.catalog.get("models", model.name).loss
    objective = Choice.parse(loss) if loss else None
    return RunSpec("test@0", Choice.parse(dataset), model, objective, 0, Budget(updates=UPDATES), True, ())


def _trained(factory: Factory, spec: RunSpec) -> Model:
    """Train a few updates; check what fit yields, and that it ends with its data."""
    with isolated(0):
        model = factory.model(spec)
        rounds = 0
        data = islice(factory.dataset(spec.dataset).batches("train", profile_of(model).batch, 0), 10 * UPDATES)
        for losses in model.fit(data):
            rounds += 1
            for name, given in losses.items():
                value = torch.as_tensor(given)
                assert value.numel() == 1, f"fit yields scalars; {name} has {value.numel()} numbers"
                assert value.isfinite(), f"{name} is {value.item()} at update {rounds}"
        assert rounds > 0, "fit yields after each update; it yielded nothing"
    return model
