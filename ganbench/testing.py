"""Conformance: what a plugin's author calls in a test to know that a thing keeps its contract.

Each check takes a name on offer, with parameters if need be, and raises AssertionError in one sentence.
"""

import math
from collections.abc import Mapping
from functools import partial
from itertools import islice
from pathlib import Path

import torch
from torch import Tensor

from ganbench.choice import Choice
from ganbench.contracts import Model, Source
from ganbench.evidence import Evidence, Side
from ganbench.featuring import feature_space
from ganbench.plugins import discover
from ganbench.seeds import isolated
from ganbench.spec import Budget, RunSpec
from ganbench.workbench import Workbench

UPDATES = 4


def workbench(root: Path | None = None) -> Workbench:
    """Return a workbench on the CPU with everything that is installed. root: folder of data, if any."""
    return Workbench(discover(), "cpu", Source(root, root or Path()))


def check_model(name: str, dataset: str, loss: str | None = None, bench: Workbench | None = None) -> None:
    """Check that a model trains, samples and survives its state, on a dataset that fits it."""
    bench = bench or workbench()
    spec = _spec(bench, name, dataset, loss)
    first, second = (_trained(bench, spec) for _ in range(2))
    shape = tuple(bench.dataset(spec.dataset).shape)

    # it draws what it should, from the generator alone
    samples = first.sample(7, _generator(), None)
    assert samples.shape == (7, *shape), f"sample(7) gave shape {tuple(samples.shape)}, not {(7, *shape)}"
    assert samples.dtype == torch.float32, f"sample gave {samples.dtype}, not float32"
    assert samples.isfinite().all(), "sample gave numbers that are not finite"
    if len(shape) == 3:
        assert samples.abs().max() <= 1.0, "images lie in [-1, 1]"
    torch.rand(1)  # a model that reads the global stream now draws something else
    assert torch.equal(samples, first.sample(7, _generator(), None)), "sample reads more than its generator"
    assert first.sample(1, _generator(), None).shape == (1, *shape), "sample(1) has another shape"

    # equal seeds, equal models; and a state is all that sampling needs
    assert torch.equal(samples, second.sample(7, _generator(), None)), "two fits from one seed differ"
    state = first.state_dict()
    assert all(isinstance(value, Tensor) for value in state.values()), "state_dict is a flat mapping of tensors"
    fresh = _build(bench, spec)
    fresh.load_state_dict({key: value.clone() for key, value in state.items()})
    assert torch.equal(samples, fresh.sample(7, _generator(), None)), "a loaded state samples differently"


def check_loss(name: str, bench: Workbench | None = None) -> None:
    """Check that an adversarial loss gives finite scalars whose gradients reach what they should."""
    loss = (bench or workbench()).make("losses", Choice.parse(name))
    real, fake = (torch.randn(6, generator=_generator(seed)).requires_grad_() for seed in (0, 1))
    for term in (loss.generator(real.detach(), fake), loss.discriminator(real, fake)):
        assert term.shape == (), f"a term is a scalar, not of shape {tuple(term.shape)}"
        assert term.isfinite(), f"a term is finite, not {term}"
    (slope,) = torch.autograd.grad(loss.generator(real.detach(), fake), fake)
    assert slope.abs().sum() > 0, "the generator's loss ignores the generated logits"

    # the penalty is one for each sample, so it is the same whatever stands beside it
    samples = [torch.randn(6, 2, generator=_generator(seed)) for seed in (2, 3)]
    weight = torch.tensor([3.0, 4.0])
    penalty = loss.penalty(lambda points: points @ weight, *samples, _generator())
    if penalty is not None:
        assert penalty.shape == (), "a penalty is a scalar"
        assert penalty.isfinite(), "a penalty is finite"
        assert penalty >= 0, "a penalty is a mean of squares"


def check_dataset(name: str, root: Path | None = None, bench: Workbench | None = None) -> None:
    """Check that a dataset gives whole passes in the right shape, and goes on from any start."""
    data = (bench or workbench(root)).dataset(Choice.parse(name))
    shape = tuple(data.shape)
    for split in ("train", "test"):
        count = data.count(split)
        assert count > 0, f"the {split} split is empty"
        samples, labels = next(data.batches(split, min(count, 16), seed=0))
        assert samples.dtype == torch.float32, f"samples are float32, not {samples.dtype}"
        assert tuple(samples.shape[1:]) == shape, f"samples have shape {tuple(samples.shape[1:])}, not {shape}"
        assert labels.dtype == torch.int64, f"labels are int64, not {labels.dtype}"
        assert labels.min() >= 0, "labels begin at 0"
        assert labels.max() < max(1, data.classes), "labels stay below classes"
        if len(shape) == 3:
            assert samples.abs().max() <= 1.0, "images lie in [-1, 1]"
        assert len(data.head(split, count).samples) == count, "head gives as many as it is asked for"
    late = next(data.batches("train", 8, seed=0, start=24)).samples
    fourth = next(islice(data.batches("train", 8, seed=0), 3, None)).samples
    assert torch.equal(late, fourth), "batches from a start are not those that come there"
    other = next(data.batches("train", 8, seed=1)).samples
    assert not torch.equal(other, next(data.batches("train", 8, seed=0)).samples), "seeds shuffle alike"


def check_metric(name: str, dataset: str, bench: Workbench | None = None) -> None:
    """Check that a metric fills its columns, within their ranges, and finds real data no worse than noise."""
    bench = bench or workbench()
    choice, data = Choice.parse(name), bench.dataset(Choice.parse(dataset))
    card = bench.catalog.get("metrics", choice.name)
    half = min(250, data.count("test") // 2)
    whole = data.head("test", 2 * half)
    noise = whole.samples[half:] + 3 * torch.randn(whole.samples[half:].shape, generator=_generator())

    space = feature_space(card, choice)

    embed = partial(bench.features, space, classes=data.classes) if space else None

    def side(samples: Tensor, labels: Tensor) -> Side:
        return Side(samples, labels, embed(samples) if embed else None)

    def scores(samples: Tensor) -> Mapping[str, float]:
        real, fake = side(whole.samples[:half], whole.labels[:half]), side(samples, whole.labels[half:])
        return bench.metric(choice).score(Evidence(real, fake, data, None, seed=0, embed=embed))

    good, again, bad = scores(whole.samples[half:]), scores(whole.samples[half:]), scores(noise)
    assert good == again, "two scores of one evidence differ"
    strange = set(good) - {column.name for column in card.columns}
    assert not strange, f"its card has no column for {', '.join(sorted(strange))}"
    for column in card.columns:
        assert column.name in good, f"no value for the column {column.name}"
        value = float(good[column.name])
        assert math.isfinite(value), f"{column.name} is {value} for real data"
        assert column.low is None or value >= column.low, f"{column.name} is below {column.low}"
        assert column.high is None or value <= column.high, f"{column.name} is above {column.high}"
        if column.better in ("higher", "lower"):
            gain = value - bad[column.name]
            assert (gain if column.better == "higher" else -gain) >= 0, f"{column.name} prefers noise to real data"


def _spec(bench: Workbench, name: str, dataset: str, loss: str | None) -> RunSpec:
    model = Choice.parse(name)
    loss = loss or bench.catalog.get("models", model.name).loss
    objective = Choice.parse(loss) if loss else None
    return RunSpec("test@0", Choice.parse(dataset), model, objective, 0, Budget(updates=UPDATES), True, ())


def _build(bench: Workbench, spec: RunSpec) -> Model:
    model: Model = bench.make("models", spec.model, bench.task(spec))
    return model


def _trained(bench: Workbench, spec: RunSpec) -> Model:
    """Train a few updates; check what fit yields, and that it ends with its data."""
    with isolated(0):
        model = _build(bench, spec)
        size = int(getattr(model, "batch", 128))
        rounds = 0
        data = islice(bench.dataset(spec.dataset).batches("train", size, 0), 10 * UPDATES)
        for losses in model.fit(data):
            rounds += 1
            for name, given in losses.items():
                value = torch.as_tensor(given)
                assert value.numel() == 1, f"fit yields scalars; {name} has {value.numel()} numbers"
                assert value.isfinite(), f"{name} is {value.item()} at update {rounds}"
        assert rounds > 0, "fit yields after each update; it yielded nothing"
    return model


def _generator(seed: int = 0) -> torch.Generator:
    return torch.Generator().manual_seed(seed)
