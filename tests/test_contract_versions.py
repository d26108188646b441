"""The promise of compatibility: plugins of an older contract are adapted by name, others are refused in a line."""

import sys
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path

import pytest
import torch

import ganbench
from ganbench.contracts.cards import MetricCard, ModelCard
from ganbench.contracts.versions import ADAPTED, CHANGES, CONTRACT, DECLARED, OLDEST, read_contract
from ganbench.errors import BadOptionError, GanbenchError
from ganbench.registry.catalog import discover
from ganbench.registry.factory import Factory
from ganbench.schema.choice import Choice


class OfContract2:
    """A model whose batches have `labels`, as contract 2 had it."""

    def __init__(self, task):
        self.shape, self.most = task.shape, torch.zeros(())

    def fit(self, batches):
        for batch in batches:
            self.most = batch.labels.max().float()
            assert len(batch) == 2
            yield {"largest_label": self.most}

    def sample(self, n, generator, labels=None):
        return 0.1 * torch.rand(n, *self.shape, generator=generator)

    def state_dict(self):
        return {"most": self.most}

    def load_state_dict(self, state):
        self.most = state["most"]


class Conditional(OfContract2, ganbench.Profiled):
    def profile(self):
        return ganbench.Profile(conditional=True)


@dataclass(frozen=True)
class Agreement(ganbench.BoundedByData):
    """A metric of sides that have `labels`."""

    def score(self, evidence):
        return {"agreement": (evidence.real.labels == evidence.fake.labels).float().mean().item()}

    def bounds(self, evidence):
        return {"agreement": (0.0, float(len(evidence.real.labels) > 0))}


CARDS = {
    "offer_models": [
        ModelCard("older", make=OfContract2, about="One."),
        ModelCard("conditional", make=Conditional, about="One."),
    ],
    "offer_metrics": [
        MetricCard(
            "agreement", make=Agreement, about="One.", columns=(ganbench.Column("agreement", "of labels", "higher"),)
        )
    ],
}


@pytest.fixture
def written_for(install):
    """Return the entry points of a stranger's plugin, written for a contract as its distribution says."""

    def make(*values):
        hooks = {name: ganbench.hookimpl(lambda cards=cards: cards) for name, cards in CARDS.items()}
        plugin = install("theirs", distribution="ganbench-theirs", version="7.2", **hooks)
        stated = [metadata.EntryPoint(f"contract{n}", value, DECLARED) for n, value in enumerate(values)]
        for each in stated:
            vars(each)["dist"] = plugin.dist
        return [*metadata.entry_points(group="ganbench"), plugin, *stated]

    return make


def test_a_plugin_for_a_newer_contract_is_refused_in_a_line_and_stops_nobody(written_for):
    found = discover(written_for(f"v{CONTRACT + 1}"))
    (refused,) = found.broken
    assert refused.origin == "theirs (ganbench-theirs 7.2)"
    line = f"is written for contract {CONTRACT + 1}, and this ganbench has {CONTRACT}; install a newer ganbench"
    assert refused.reason == line
    assert "older" not in found.names("models")
    assert "dcgan" in found.names("models")


def test_a_plugin_for_a_contract_that_is_too_old_is_refused_and_says_what_changed(written_for):
    (refused,) = discover(written_for(f"v{OLDEST - 1}")).broken
    assert refused.reason.startswith(f"is written for contract {OLDEST - 1}, where what a model can do is told by its")
    assert f"takes {OLDEST} to {CONTRACT}; install a newer one" in refused.reason


@pytest.mark.parametrize("values", [("3",), ("v3a",), ("v0",), ("v2", "v3"), ("v99999999999",)])
def test_what_is_no_number_of_a_contract_is_a_line(values, written_for):
    (refused,) = discover(written_for(*values)).broken
    assert refused.reason.startswith("states ")
    assert f"as its contract; write one, such as 'v{CONTRACT}'" in refused.reason


def test_the_code_of_a_refused_plugin_is_not_imported(written_for, tmp_path, monkeypatch):
    (tmp_path / "counts_its_imports.py").write_text("import pathlib; pathlib.Path('imported').touch()")
    monkeypatch.syspath_prepend(tmp_path)
    *_, stated = written_for(f"v{CONTRACT + 1}")
    plugin = metadata.EntryPoint("counts", "counts_its_imports", "ganbench")
    vars(plugin)["dist"] = stated.dist
    assert len(discover([plugin, stated]).broken) == 1
    assert not (tmp_path / "imported").exists()


def factory_of(entry_points, factory):
    return Factory(discover(entry_points), "cpu", factory.source)


def test_a_model_of_an_older_contract_is_adapted_and_one_of_the_present_is_not(written_for, factory, make_spec):
    spec = make_spec(model="older")
    model = factory_of(written_for("v2"), factory).model(spec)
    assert type(model) is OfContract2  # what it claims by its class stays
    batches = factory.dataset(spec.dataset).batches("train", 64, 0)
    assert next(model.fit(batches))["largest_label"] == 9

    for stated in ((), ("v3",)):
        model = factory_of(written_for(*stated), factory).model(spec)
        with pytest.raises(AttributeError, match="labels"):
            next(model.fit(batches))


def test_an_adapted_model_keeps_its_contract(written_for, factory):
    from ganbench.testing import check_model

    check_model("older", "digits", factory=factory_of(written_for("v2"), factory))


def test_a_metric_of_an_older_contract_is_adapted(written_for, factory):
    metric = factory_of(written_for("v2"), factory).measure(Choice("agreement")).metric
    side = ganbench.Side(torch.zeros(4, 2), torch.tensor([0, 1, 1, 0]))
    other = ganbench.Side(torch.zeros(4, 2), torch.tensor([0, 1, 0, 0]))
    evidence = ganbench.Evidence(side, other, None, None, seed=0)
    assert metric.score(evidence) == {"agreement": 0.75}
    assert metric.bounds(evidence) == {"agreement": (0.0, 1.0)}


def test_what_cant_be_adapted_is_named_in_a_line(written_for, factory, make_spec):
    made = factory_of(written_for("v2"), factory)
    with pytest.raises(BadOptionError, match=r"^'conditional' is written for contract 2 and can't be adapted to 3: .*"):
        made.model(make_spec(model="conditional"))


def test_plugins_shows_contracts_distributions_and_versions(offer, ganbench):
    offer("silent", metrics=CARDS["offer_metrics"])
    offer("older-one", models=CARDS["offer_models"])
    (points,) = Path(sys.path[0]).glob("older_one*/entry_points.txt")
    points.write_text(points.read_text() + f"[{DECLARED}]\ncontract = v2\n")
    shown = ganbench("plugins").output
    assert f"ganbench-models (ganbench {metadata.version('ganbench')})\n  contract: {CONTRACT}\n" in shown
    assert f"silent (silent 0.1)\n  contract: {CONTRACT}, for it says no other\n  metrics: agreement" in shown
    assert f"older-one (older-one 0.1)\n  contract: 2, adapted to {CONTRACT}: {ADAPTED[2]}\n" in shown


def test_every_contract_says_what_it_changed_and_every_one_that_is_taken_how():
    assert list(CHANGES) == list(range(1, CONTRACT + 1))
    assert list(ADAPTED) == list(range(OLDEST, CONTRACT))
    assert read_contract(["v2", "v2"]) == 2
    assert read_contract([]) is None
    with pytest.raises(GanbenchError, match="no_such"):
        read_contract(["no_such"])
