"""Labels, captions and source pictures: what a dataset says, a model takes, a user asks for, and a protocol tells."""

import json
from dataclasses import replace

import pytest
import torch

import ganbench
from ganbench.contracts.datasets import condition_of
from ganbench.evaluation.checkpoints import Evaluation
from ganbench.evaluation.comparison import OTHERS
from ganbench.evaluation.features import FeatureStore
from ganbench.evaluation.sources import Reader
from ganbench.schema.condition import condition_dict, read_condition
from ganbench.schema.record import Status
from ganbench.storage.weights import Weights, read_weights, write_weights
from ganbench.testing import check_dataset, check_model
from ganbench.torchkit.resident import Resident

pytest_plugins = ["sampled"]
WORDS = ganbench.Captions(("dark", "light", "and", "grey"), 3)
PICTURES = ganbench.Sources((1, 4, 4))
EACH = [ganbench.Labels(3), WORDS, PICTURES, replace(PICTURES, paired=False, truth=False)]


class Asked(Resident, ganbench.Conditioned):
    """Images as bright as their number; each is asked for by a caption or by the negative of itself."""

    def __init__(self, condition):
        self._condition, splits = condition, {}
        for split, count in (("train", 40), ("test", 50)):
            shades = torch.arange(count, dtype=torch.uint8)
            images = shades.view(-1, 1, 1, 1).repeat(1, 1, 4, 4)
            words = torch.stack([1 + shades % 2, 3 + 0 * shades, 1 + shades % 4], dim=1).long()
            splits[split] = (images, words if isinstance(condition, ganbench.Captions) else 255 - images)
        super().__init__(splits, classes=0)

    @property
    def condition(self):
        return self._condition


class Obedient(ganbench.Profiled):
    """Gives what it was asked for back: captions as shades, sources as they are; keeps what it was asked."""

    def __init__(self, task):
        self.task, self.asked, self.seen = task, [], torch.zeros(())

    def profile(self):
        return ganbench.Profile(condition=self.task.condition)

    def fit(self, batches):
        for batch in batches:
            assert len(batch.condition) == len(batch.samples)
            self.seen = self.seen + 1
            yield {"seen": self.seen}

    def sample(self, n, generator, condition=None):
        self.asked.append(condition)
        if isinstance(self.task.condition, ganbench.Sources):
            return condition
        return condition[:, 0].view(n, 1, 1, 1).float().div(4).repeat(1, *self.task.shape)

    def state_dict(self):
        return {"seen": self.seen}

    def load_state_dict(self, state):
        self.seen = state["seen"]


class Worst:
    """The largest difference between a sample and the condition of the real one at its place."""

    def score(self, evidence):
        assert torch.equal(evidence.real.condition, evidence.fake.condition)
        return {"worst": float((evidence.fake.samples - evidence.real.condition).abs().max())}


@pytest.fixture
def equipped(factory_with):
    """Return a maker of factories with the dataset `asked`, the model `obedient` and the metric `worst`."""

    def make(condition):
        column = ganbench.Column("worst", "Largest difference.", "lower")
        return factory_with(
            "conditions",
            datasets=[ganbench.DatasetCard("asked", make=lambda source: Asked(condition), about="", kind="images")],
            models=[ganbench.ModelCard("obedient", make=Obedient, about="")],
            metrics=[ganbench.MetricCard("worst", make=Worst, about="", columns=(column,), needs=("sources",))],
        )

    return make


@pytest.mark.parametrize("condition", EACH)
def test_a_condition_survives_json_and_a_file_of_weights(condition, tmp_path):
    assert read_condition(json.loads(json.dumps(condition_dict(condition)))) == condition
    classes = condition.classes if isinstance(condition, ganbench.Labels) else 0
    write_weights(tmp_path / "w.safetensors", Weights({"a": torch.ones(1)}, (1, 4, 4), classes, 9, condition))
    found = read_weights(tmp_path / "w.safetensors", None)
    assert found.condition == (None if classes else condition)
    assert found.classes == classes


@pytest.mark.parametrize(
    "data",
    [
        {},
        {"kind": "labels", "classes": True},
        {"kind": "labels", "classes": 0},
        {"kind": "captions", "vocabulary": "abc", "length": 3},
        {"kind": "captions", "vocabulary": ["a", 1], "length": 3},
        {"kind": "sources", "shape": [1, 2], "paired": True, "truth": True},
        {"kind": "sources", "shape": [1, 2, 2], "paired": 1, "truth": True},
        {"kind": "smells", "classes": 3},
    ],
)
def test_what_is_no_condition_is_refused(data):
    with pytest.raises(ValueError, match="no condition"):
        read_condition(data)


@pytest.mark.parametrize(
    ("caption", "message"),
    [
        ("drak", "unknown word 'drak' in a caption; did you mean 'dark'?"),
        ("zzz", "unknown word 'zzz' in a caption; there is dark, light, and, grey"),
        ("", "a caption has 1 to 3 words, and '' has 0"),
        ("dark and light and grey", "a caption has 1 to 3 words, and 'dark and light and grey' has 5"),
    ],
)
def test_a_caption_that_cannot_be_read_is_told_in_one_line(caption, message):
    with pytest.raises(ganbench.BadOptionError) as caught:
        WORDS.tokens(caption)
    assert str(caught.value) == message
    assert WORDS.text(WORDS.tokens("Dark, and grey")) == "dark and grey"
    assert WORDS.tokens("light") == [2, 0, 0]


def test_classes_are_the_condition_where_nothing_else_is_said(factory):
    digits, ring = (factory.dataset(ganbench.Choice(name)) for name in ("digits", "ring8"))
    assert (condition_of(digits), condition_of(ring)) == (ganbench.Labels(10), ganbench.Labels(8))
    assert ganbench.Task((1, 8, 8), 10, "cpu", 5, 0).condition == ganbench.Labels(10)
    assert ganbench.Task((2,), 0, "cpu", 5, 0).condition is None


@pytest.mark.parametrize("condition", [WORDS, PICTURES])
def test_a_conditioned_dataset_and_its_model_keep_the_contract(equipped, condition):
    factory = equipped(condition)
    check_dataset("asked", factory=factory)
    check_model("obedient", "asked", factory=factory)


@pytest.mark.parametrize(
    ("condition", "message"),
    [
        (replace(WORDS, vocabulary=("one",)), "numbers from 0 to 1; found: 1 to 4"),
        (replace(WORDS, length=4), "captions of 4 numbers"),
        (replace(PICTURES, shape=(3, 4, 4)), r"float32 pictures \(3, 4, 4\)"),
    ],
)
def test_a_dataset_that_says_something_else_of_its_condition_is_caught(equipped, condition, message):
    with pytest.raises(AssertionError, match=message):
        check_dataset("asked", factory=equipped(condition))


def evaluated(equipped, make_spec, condition, metrics):
    factory = equipped(condition)
    features = FeatureStore(factory)
    spec = make_spec(dataset="asked", model="obedient", loss=None, metrics=metrics, samples=20)
    model = factory.model(spec)
    return Evaluation(features, spec, factory.dataset(spec.dataset), model, model.profile()), model


@pytest.mark.parametrize("condition", [WORDS, PICTURES])
def test_a_model_is_asked_by_held_out_data_that_no_score_compares_with(equipped, make_spec, condition):
    evaluation, model = evaluated(equipped, make_spec, condition, (ganbench.Choice("frechet"),))
    score = evaluation.scores(final=False)[0]
    head = evaluation.dataset.head("test", 40)
    assert torch.equal(model.asked[0], head.condition[20:])
    assert score.protocol[condition.kind] == OTHERS
    assert len(model.asked) == 1


def test_metrics_of_pairs_are_given_what_the_real_samples_belong_to_and_the_protocol_says_so(equipped, make_spec):
    metrics = (ganbench.Choice("frechet"), ganbench.Choice("worst"))
    evaluation, model = evaluated(equipped, make_spec, PICTURES, metrics)
    frechet, worst = evaluation.scores(final=False)
    assert torch.equal(model.asked[1], evaluation.dataset.head("test", 20).condition)
    assert (frechet.protocol["sources"], worst.protocol["sources"]) == (OTHERS, "held-out")
    assert worst.value == 0.0


def test_a_metric_of_pairs_is_missing_with_its_reason_where_captions_are_asked_for(equipped, make_spec):
    evaluation, _ = evaluated(equipped, make_spec, WORDS, (ganbench.Choice("worst"),))
    assert evaluation.scores(final=False)[0].reason == (
        "worst needs source pictures on both sides, which a translator gives"
    )


def test_what_takes_labels_is_skipped_on_captions_with_a_reason(equipped, make_spec, run):
    factory = equipped(PICTURES)
    for model in ("cgan", "vae:conditional=true"):
        record = run(make_spec(dataset="asked", model=model), features=FeatureStore(factory))
        assert record.status is Status.SKIPPED
        assert "classes" in record.reason


def test_a_run_is_sampled_by_a_caption_and_scored_by_those_of_its_data(equipped, make_spec, run, tmp_path):
    factory = equipped(WORDS)
    spec = make_spec(dataset="asked", model="obedient", loss=None)
    record = run(spec, "results", features=FeatureStore(factory))
    assert record.status is Status.DONE, record.reason
    assert record.conditional
    side = Reader(FeatureStore(factory), tmp_path / "results", count=5)
    truth = side.read("asked:test")
    made = side.read(record.key, like=truth)
    assert torch.equal(made.condition, truth.condition)
    assert made.drawn == "held-out"
    with pytest.raises(ganbench.BadOptionError, match="draws by captions; score it against data that have 5"):
        side.read(record.key, like=replace(truth, dataset=None))
