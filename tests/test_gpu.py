"""What only a CUDA device can show: the same bits twice, data that rest there, a loop without waiting."""

import pytest
import torch

from ganbench.contracts.datasets import Source
from ganbench.evaluation.features import FeatureStore
from ganbench.registry.factory import Factory
from ganbench.schema.choice import Choice
from ganbench.schema.events import nobody
from ganbench.schema.record import Status
from ganbench.storage.store import Store
from ganbench.training.device import make_repeatable
from ganbench.training.runner import Runner
from ganbench_metrics.frechet import frechet_distance
from ganbench_metrics.prdc import prdc
from ganbench_models.mixture import Mixture
from ganbench_models.mixture_em import start, step

pytestmark = [
    pytest.mark.gpu,
    pytest.mark.skipif(not torch.cuda.is_available(), reason="no CUDA device"),
    pytest.mark.filterwarnings("default"),
]
DEVICE = "cuda:0"


@pytest.fixture
def gpu_factory(catalog, tmp_path):
    make_repeatable(DEVICE)
    return Factory(catalog, DEVICE, Source(None, tmp_path))


def scores(record):
    return [score.value for checkpoint in record.checkpoints for score in checkpoint.scores]


@pytest.mark.parametrize("precision", ["fp32", "bf16"])
@pytest.mark.parametrize(("dataset", "model"), [("digits", "dcgan"), ("ring8", "vanilla"), ("digits", "vanilla")])
def test_two_runs_are_equal_to_the_bit(gpu_factory, make_spec, tmp_path, dataset, model, precision):
    metrics = (Choice("frechet"), Choice("modes"))
    spec = make_spec(dataset=dataset, model=model, precision=precision, metrics=metrics)
    runner = Runner(FeatureStore(gpu_factory), tmp_path)
    first, second = (runner.run(spec, Store(tmp_path / where).run(spec.key), nobody) for where in "ab")
    assert first.status is Status.DONE, first.reason
    assert scores(first) == scores(second)
    assert first.environment["device"] == torch.cuda.get_device_name(DEVICE)
    assert first.peak_memory_bytes > 0


def test_data_rest_on_the_device(gpu_factory):
    data = gpu_factory.dataset(Choice("digits"))
    batch = next(data.batches("train", 32, 0))
    assert data.splits["train"][0].device == batch.samples.device == batch.condition.device == torch.device(DEVICE)


def test_the_training_loop_never_waits_for_the_device(gpu_factory, make_spec):
    spec = make_spec(model="dcgan")
    model = gpu_factory.model(spec)
    updates = model.fit(gpu_factory.dataset(spec.dataset).batches("train", 64, 0))
    for _ in range(3):
        next(updates)
    torch.cuda.set_sync_debug_mode("error")
    try:
        for _ in range(5):
            assert next(updates)["generator_loss"].device == torch.device(DEVICE)
    finally:
        torch.cuda.set_sync_debug_mode("default")


def test_a_restored_model_trains_on_to_the_bit(gpu_factory, make_spec):
    spec = make_spec(model="dcgan")
    data = gpu_factory.dataset(spec.dataset)
    models = []
    for _ in range(3):
        torch.manual_seed(0)
        models.append(gpu_factory.model(spec))
    straight, first, second = models

    def train(model, updates, start):
        for _, _ in zip(range(updates), model.fit(data.batches("train", 64, 0, start)), strict=False):
            pass

    train(straight, 6, 0)
    train(first, 3, 0)
    second.restore({name: tensor.cpu() for name, tensor in first.checkpoint().items()})
    train(second, 3, 3 * 64)
    for name, tensor in straight.state_dict().items():
        assert torch.equal(tensor, second.state_dict()[name]), name


def test_distances_and_neighbours_are_the_cpus():
    generator = torch.Generator().manual_seed(0)
    real, fake = torch.randn(3_000, 100, generator=generator), 1.1 * torch.randn(2_500, 100, generator=generator)
    for score in (frechet_distance, lambda *sides: list(prdc(*sides).values())):
        assert score(real.to(DEVICE), fake.to(DEVICE)) == pytest.approx(score(real, fake), rel=1e-4)


def test_a_step_of_em_is_the_cpus():
    generator = torch.Generator().manual_seed(0)
    data = torch.randn(5_000, 64, generator=generator)
    mixture = start(data, "full", 4, 1e-3, generator)
    placed = Mixture("full", *(part.to(DEVICE) for part in (mixture.weights, mixture.means, mixture.factors)))
    ours, likelihood = step(data, mixture, 1e-3)
    theirs, there = step(data.to(DEVICE), placed, 1e-3)
    assert there == pytest.approx(likelihood, rel=1e-4)
    assert torch.allclose(theirs.covariances().cpu(), ours.covariances(), rtol=1e-4, atol=1e-4)
