"""Faults that were once planted and that no test noticed; each has its test here."""

import os
import random
import signal
import stat
import subprocess
from dataclasses import replace
from functools import partial

import numpy as np
import pyarrow.parquet as pq
import pytest
import torch
from torch import nn

import ganbench
from ganbench.contracts.datasets import Batch, SampleFormat
from ganbench.contracts.metrics import Features, SpaceProfile
from ganbench.contracts.models import Task
from ganbench.errors import ResultsError
from ganbench.evaluation.comparison import Comparison
from ganbench.evaluation.features import Featured, FeatureStore, file_name
from ganbench.evaluation.resampling import half
from ganbench.files import write_whole
from ganbench.schema.choice import Choice
from ganbench.schema.record import Spent, Status
from ganbench.schema.spec import Budget
from ganbench.seeds import isolated
from ganbench.storage.merge import merged
from ganbench.storage.store import Store
from ganbench.torchkit.adversarial import AdversarialModel
from ganbench.training.environment import git_state
from ganbench.training.estimate import estimate
from ganbench.training.interruption import InterruptedRunError
from ganbench.training.meter import Meter


@pytest.fixture
def interrupted(run, make_spec):
    """Return a spec, a run of it that was killed after its first checkpoint, and a run of it that was not."""
    spec = make_spec(budget=Budget(updates=12), checkpoints=(0.5, 1.0))
    whole = run(spec, "whole")

    def kill(event):
        if getattr(event, "fraction", 0) > 0.7:
            signal.raise_signal(signal.SIGINT)

    with pytest.raises(InterruptedRunError):
        run(spec, "killed", notify=kill, save_seconds=0.0, tick_seconds=0.0)  # a tick, and a save, at every update
    return spec, whole, run(spec, "killed", save_seconds=0.0, tick_seconds=0.0)


def test_a_resumed_run_keeps_the_curves_from_before(interrupted, tmp_path):
    spec, _, _ = interrupted
    tables = [pq.read_table(tmp_path / where / "runs" / spec.key / "curves.parquet") for where in ("whole", "killed")]
    assert tables[1]["update"].to_pylist() == list(range(1, 13))
    assert tables[0].equals(tables[1].select(tables[0].column_names))


def test_a_resumed_run_keeps_what_its_checkpoints_had_spent(interrupted):
    _, whole, resumed = interrupted
    spent = [
        [(each.fraction, each.spent.images, each.spent.updates, dict(each.spent.by_player)) for each in run.checkpoints]
        for run in (whole, resumed)
    ]
    assert spent[0] == spent[1]
    assert spent[0][0][1] > 0


def test_the_fraction_spent_is_of_the_limit_that_is_nearest():
    meter = Meter(Budget(images=100, updates=1_000))
    meter.resume(Spent(images=50, updates=10))
    assert meter.fraction == 0.5


class Doubling(ganbench.ProfiledSpace):
    """Counts how many samples it maps."""

    seen = 0

    def __init__(self, samples):
        self.samples = samples

    def profile(self):
        return SpaceProfile(digest="d0")

    def __call__(self, samples):
        type(self).seen += len(samples)
        return Features(2 * samples.flatten(1))


@pytest.fixture
def doubling(factory_with):
    """Return a maker of feature stores that share a disk, all with the space above."""
    Doubling.seen = 0
    card = ganbench.FeatureCard("doubling", make=Doubling, about="Doubles.")
    factory = factory_with("doubling", features=[card])
    return lambda: FeatureStore(factory)


def test_kept_features_are_of_samples_of_the_same_shape(doubling):
    numbers = torch.arange(24.0)
    for shape in ((4, 6), (6, 4)):
        features = doubling().features(Choice("doubling"), numbers.reshape(shape), keep=True)
        assert features.vectors.shape == shape
    assert Doubling.seen == 10


def test_kept_features_are_of_the_same_weights_device_and_torch(doubling, factory):
    samples, made_by = torch.ones(4, 6), ("d0", "cpu", torch.__version__)
    for _ in range(2):
        doubling().features(Choice("doubling"), samples, keep=True)
    assert Doubling.seen == 4
    (kept,) = (factory.source.cache / "features").iterdir()
    assert kept.name == file_name(Choice("doubling"), made_by, samples)
    others = [("d1", *made_by[1:]), ("d0", "cuda:0", torch.__version__), ("d0", "cpu", "0.0.1")]
    assert len({file_name(Choice("doubling"), each, samples) for each in [made_by, *others]}) == 4


def test_every_metric_has_a_random_stream_of_its_own(features):
    real = features.real(Choice("digits"), 20)
    comparison = Comparison(features, real, real, 3, {})
    seeds = [
        comparison._evidence(features.factory.measure(Choice.parse(name))).seed
        for name in ("frechet", "frechet:features=digits-classifier", "mmd")
    ]
    assert len(set(seeds)) == 3


def test_halves_cut_labels_with_their_samples(features):
    samples = torch.arange(30.0)[:, None]
    side = Featured(samples, torch.arange(30), partial(features.features, classes=0))
    part = half(Comparison(features, side, side, 0, {}), 0)
    for cut in (part.real, part.fake):
        assert torch.equal(cut.samples[:, 0].long(), cut.condition)


def test_a_run_found_done_in_one_place_and_failed_in_another_is_a_conflict(run, make_spec, tmp_path):
    spec = make_spec(metrics=())
    record = run(spec, "a")
    Store(tmp_path / "b").run(spec.key).write_record(replace(record, status=Status.FAILED, reason="broke"))
    with pytest.raises(ResultsError, match="different numbers"), merged([tmp_path / "a", tmp_path / "b"]):
        pass


def test_an_estimate_is_of_the_limit_that_ends_the_run(factory, make_spec):
    near = estimate(factory, make_spec(budget=Budget(updates=40)))
    both = estimate(factory, make_spec(budget=Budget(updates=40, images=10**9)))
    assert both.seconds < 1_000 * near.seconds


def make_gan(loss, precision="fp32", generator=None, discriminator=None):
    task = Task((2,), 0, "cpu", 100, 0, precision, loss)
    generator = generator or nn.Sequential(nn.Linear(2, 8), nn.BatchNorm1d(8), nn.Linear(8, 2))
    return AdversarialModel(task, generator, discriminator or nn.Linear(2, 1), latent=2)


def batches(count):
    generator = torch.Generator().manual_seed(0)
    return iter(
        Batch(5 + torch.randn(16, 2, generator=generator), torch.zeros(16, dtype=torch.int64)) for _ in range(count)
    )


def test_a_moving_average_follows_batch_norms_statistics(factory):
    with isolated(0):
        model = make_gan(factory.loss(Choice.parse("non-saturating:average=0.5")))
        list(model.fit(batches(20)))
    state = model.state_dict()
    averaged = next(value for name, value in state.items() if name.startswith("average") and "running_mean" in name)
    latest = next(value for name, value in state.items() if name.startswith("generator") and "running_mean" in name)
    assert averaged.abs().sum() > 0
    assert not torch.equal(averaged, latest)  # averaged as the weights are, and not copied


def test_a_penalty_is_computed_at_full_precision(factory):
    seen = []

    class Watching(nn.Module):
        def __init__(self):
            super().__init__()
            self.linear = nn.Linear(2, 1)

        def forward(self, samples):
            logits = self.linear(samples)
            seen.append((samples.requires_grad, logits.dtype))
            return logits

    with isolated(0):
        model = make_gan(factory.loss(Choice("r1")), "bf16", nn.Linear(2, 2), Watching())
        list(model.fit(batches(2)))
    assert {dtype for asked, dtype in seen if asked} >= {torch.float32}
    assert torch.bfloat16 in {dtype for _, dtype in seen}


def test_a_run_on_a_cpu_is_not_given_the_memory_of_the_process(run, make_spec):
    assert run(make_spec()).peak_memory_bytes is None


def test_git_state_marks_changes_that_are_not_committed(tmp_path):
    def git(*words):
        subprocess.run(
            ["git", "-c", "user.name=a", "-c", "user.email=a@b", *words], cwd=tmp_path, check=True, capture_output=True
        )

    git("init", "-q")
    (tmp_path / "file").write_text("one")
    git("add", "file")
    git("commit", "-q", "-m", "one")
    clean = git_state(tmp_path)
    (tmp_path / "file").write_text("two")
    assert len(clean) == 40
    assert git_state(tmp_path) == f"{clean}+changes"


def test_files_are_as_readable_as_the_users_umask_says(tmp_path):
    before = os.umask(0o022)
    try:
        write_whole(tmp_path / "a.txt", lambda path: path.write_text("x"))
    finally:
        os.umask(before)
    assert stat.S_IMODE((tmp_path / "a.txt").stat().st_mode) == 0o644


def test_isolation_restores_every_global_stream():
    np.random.seed(5)
    random.seed(5)
    torch.manual_seed(5)
    expected = (np.random.get_state()[1].tolist(), random.getstate(), torch.get_rng_state().tolist())
    with isolated(1):
        np.random.rand()
        random.random()
        torch.rand(1)
    assert (np.random.get_state()[1].tolist(), random.getstate(), torch.get_rng_state().tolist()) == expected


def test_a_space_is_made_once_for_each_format(doubling):
    store = doubling()
    formats = [SampleFormat((2,), 0, "cpu"), SampleFormat((2,), 3, "cpu")]
    assert store.space(Choice("doubling"), formats[0]) is store.space(Choice("doubling"), formats[0])
    assert store.space(Choice("doubling"), formats[0]) is not store.space(Choice("doubling"), formats[1])
