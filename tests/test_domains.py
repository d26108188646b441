"""Two domains: pairs are shown to nobody but to models that ask for them, and their truth is what it says."""

from dataclasses import replace
from itertools import islice

import numpy as np
import pytest
import torch
from scipy import ndimage
from test_planted_faults import caught

import ganbench
from ganbench.contracts.pairs import training_batches
from ganbench.evaluation.features import FeatureStore
from ganbench.schema.choice import Choice
from ganbench.schema.record import Status
from ganbench.testing import check_dataset
from ganbench.torchkit.domains import PairedDomains, TwoDomains
from ganbench_datasets.paired_digits import colours, domains_of, texture, translated

UNPAIRED = ganbench.Sources((1, 1, 1), paired=False, truth=True)
TARGETS = ["outline", "inverted", "coloured"]


def pictures(*values):
    return torch.tensor(values, dtype=torch.uint8).view(-1, 1, 1, 1)


@pytest.fixture
def domains():
    """Sources 0 to 4 and 100 and more for other ones; the target of a source is 10 times itself."""
    train = (pictures(*range(100, 107)), pictures(0, 1, 2, 3, 4))
    pairs = (pictures(0, 10, 20, 30, 40), train[1])
    return PairedDomains(train, (pictures(50, 60), pictures(5, 6, 7)), pairs, truth=True)


def numbers(tensor):
    return tensor.add(1).mul(127.5).round().flatten().int().tolist()


def test_training_shuffles_domains_apart_and_goes_on_from_any_start(domains):
    batches = list(islice(domains.batches("train", 5, seed=1), 14))
    samples, sources = (numbers(torch.cat(parts)) for parts in zip(*batches, strict=True))
    assert sorted(samples[:7]) == list(range(100, 107))
    assert all(sorted(sources[start : start + 5]) == [0, 1, 2, 3, 4] for start in range(0, 70, 5))
    assert len({tuple(sources[start : start + 5]) for start in range(0, 70, 5)}) > 5
    late = next(domains.batches("train", 5, seed=1, start=25))
    assert (numbers(late.samples), numbers(late.condition)) == (samples[25:30], sources[25:30])


def test_held_out_data_keep_their_pairs_as_many_as_there_are(domains):
    assert (domains.count("train"), domains.count("test"), domains.condition) == (7, 2, UNPAIRED)
    samples, sources = domains.head("test", 2)
    assert [10 * number for number in numbers(sources)] == numbers(samples)
    assert len(domains.head("train", 7).condition) == 7


def test_a_model_is_shown_pairs_if_its_profile_asks_for_them(domains):
    plain = ganbench.Profile(batch=4, condition=UNPAIRED)
    asking = replace(plain, condition=replace(UNPAIRED, paired=True))
    for batch in islice(training_batches(domains, asking, seed=3), 9):
        assert [10 * number for number in numbers(batch.condition)] == numbers(batch.samples)
    assert min(numbers(next(training_batches(domains, plain, seed=3)).samples)) >= 100
    ignorant = TwoDomains((pictures(1, 2), pictures(3)), (pictures(1), pictures(2)), truth=False)
    assert not ignorant.condition.truth
    with pytest.raises(ganbench.UnfitError, match="it learns from pairs, and these data know none"):
        training_batches(ignorant, asking, seed=3)


class Copier(ganbench.Profiled):
    """Learns how its samples differ from their sources, which it takes for pairs."""

    def __init__(self, task):
        self.task, self.shift = task, torch.zeros(())

    def profile(self):
        return ganbench.Profile(batch=4, condition=replace(self.task.condition, paired=True))

    def fit(self, batches):
        for batch in batches:
            self.shift = (batch.samples - batch.condition).mean()
            yield {"shift": self.shift}

    def sample(self, n, generator, condition=None):
        return (condition + self.shift).clamp(-1, 1)

    def state_dict(self):
        return {"shift": self.shift}

    def load_state_dict(self, state):
        self.shift = state["shift"]


@pytest.mark.parametrize("known", [True, False])
def test_a_run_gives_pairs_or_is_skipped_with_the_reason(known, domains, factory_with, make_spec, run):
    data = domains if known else TwoDomains((pictures(1, 2), pictures(3)), (pictures(1), pictures(2)), truth=False)
    factory = factory_with(
        "pairs",
        datasets=[ganbench.DatasetCard("tens", make=lambda source: data, about="", kind="images")],
        models=[ganbench.ModelCard("copier", make=Copier, about="")],
    )
    record = run(make_spec(dataset="tens", model="copier", loss=None, samples=1), features=FeatureStore(factory))
    assert record.status is (Status.DONE if known else Status.SKIPPED), record.reason
    assert known or record.reason == "it learns from pairs, and these data know none; use a model for unpaired domains"


def test_pairs_that_start_anew_and_pictures_that_come_back_out_of_range_are_caught(domains, factory_with):
    class Forgetful(PairedDomains):
        def pairs(self, size, seed, start=0):
            return super().pairs(size, seed)

    class Loud(Copier, ganbench.BackTranslator):
        def translate_back(self, samples):
            return 3 * samples

    domains.__class__ = Forgetful
    factory = factory_with(
        "strangers",
        datasets=[ganbench.DatasetCard("stranger", make=lambda source: domains, about="", kind="images")],
        models=[ganbench.ModelCard("stranger", make=Loud, about="")],
    )
    caught(factory, "datasets", "pairs-go-on-from-any-start")
    caught(factory, "models", "samples-are-translated-back", "toy-domains")


@pytest.mark.parametrize("target", TARGETS)
def test_paired_digits_keep_the_contract_and_no_training_source_has_its_target_in_the_other_domain(target, factory):
    name = f"paired-digits:target={target},of=digits"
    check_dataset(name, factory=factory)
    data = factory.dataset(Choice.parse(name))
    channels = 3 if target == "coloured" else 1
    assert data.shape == data.condition.shape == (channels, 16, 16)
    assert not data.condition.paired
    assert data.condition.truth
    targets = {tuple(numbers(each)) for each in next(data.pairs(548, 0)).samples}
    others = {tuple(numbers(each)) for each in next(data.batches("train", 548, 0)).samples}
    assert len(targets & others) <= 2  # digits that look the same


def test_targets_are_what_their_definition_says():
    generator = torch.Generator().manual_seed(0)
    sources = torch.randint(256, (3, 1, 9, 9), generator=generator).to(torch.uint8)
    labels = torch.tensor([0, 3, 9])
    assert torch.equal(translated(sources, labels, "inverted").int(), 255 - sources.int())
    for outline, source in zip(translated(sources, labels, "outline"), sources.numpy(), strict=True):
        grown = ndimage.grey_dilation(source[0].astype(int), size=(3, 3), mode="reflect")
        assert np.array_equal(outline[0].numpy(), grown - source[0])
    coloured = translated(torch.tensor([0, 255], dtype=torch.uint8).view(1, 1, 1, 2), torch.tensor([3]), "coloured")
    assert coloured[0, :, 0, 0].tolist() == (255 * texture(1, 2)[:, 0, 0]).round().int().tolist()
    assert coloured[0, :, 0, 1].tolist() == (255 * colours()[3]).round().int().tolist()
    assert torch.cdist(colours(), colours()).add(torch.eye(10)).min() > 0.2  # ten colours that can be told apart


def test_paired_mnist_has_a_border_of_two_pixels(tiny_mnist, tiny_mnist_root, tmp_path):
    base = tiny_mnist.load(ganbench.Source(tiny_mnist_root, tmp_path))
    data = domains_of(base, "outline")
    assert data.shape == (1, 32, 32)
    held = data.head("test", 5).condition
    assert (held[:, :, :2] == -1).all()
    assert (held[..., 2:-2, 2:-2] == base.head("test", 5).samples).all()
