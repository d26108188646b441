"""The door: strangers come in like built-ins, and whatever one of them does, the others stay."""

import pytest

import ganbench
from ganbench.contracts.cards import ModelCard
from ganbench.errors import BadOptionError, UnknownNameError
from ganbench.registry.catalog import discover


def offer(*cards):
    """Return a hook that offers these cards."""

    @ganbench.hookimpl
    def offer_models():
        return list(cards)

    return offer_models


CARD = ModelCard("stranger", make="nowhere:Stranger", about="A model from nowhere.")


@ganbench.hookimpl
def offer_model():
    return []


@ganbench.hookimpl
def offer_nothing_good():
    return []


def raising():
    @ganbench.hookimpl
    def offer_models():
        raise OSError("no such thing\nsecond line")

    return offer_models


def single():
    @ganbench.hookimpl
    def offer_models():
        return CARD

    return offer_models


def with_argument():
    @ganbench.hookimpl
    def offer_models(register):
        register(CARD)

    return offer_models


@pytest.fixture
def good(install):
    return install("good", offer_models=offer(CARD))


def test_a_stranger_comes_in_beside_the_built_ins(good, catalog):
    found = discover([good])
    assert found.names("models") == ["stranger"]
    assert found.plugin("models", "stranger").origin == "good (stranger 0.1)"
    assert not catalog.broken


@pytest.mark.parametrize(
    ("contents", "reason"),
    [
        ({"offer_model": offer_model}, "unknown hook 'offer_model'; did you mean 'offer_models'"),
        ({"offer_models": raising()}, "OSError: no such thing"),
        ({"offer_models": single()}, "must return or yield cards"),
        ({"offer_models": offer("dcgan")}, "'dcgan', which is no ModelCard"),
        ({"offer_models": with_argument()}, "PluginValidationError"),
        ({}, "has no hook"),
        ({"offer_models": offer(CARD, CARD)}, "'stranger', a name that bad"),
    ],
    ids=["misspelt", "raises", "one card", "no card", "argument", "no hook", "twice"],
)
def test_a_bad_plugin_is_left_out_with_its_reason_and_stops_nobody(install, good, contents, reason):
    found = discover([install("bad", distribution="aaa", **contents), good])
    assert [plugin.name for plugin in found.broken] == ["bad"]
    assert reason in found.broken[0].reason
    assert "\n" not in found.broken[0].reason
    assert found.names("models") == ["stranger"]


def test_a_plugin_that_raises_at_import_is_left_out_with_its_reason(good):
    from importlib import metadata

    gone = metadata.EntryPoint("gone", "no_such_module_anywhere", "ganbench")
    found = discover([gone, good])
    assert "ModuleNotFoundError" in found.broken[0].reason
    assert found.names("models") == ["stranger"]


def test_a_plugin_that_exits_at_import_is_left_out_too(good, tmp_path, monkeypatch):
    from importlib import metadata

    (tmp_path / "quits_at_import.py").write_text("raise SystemExit(3)")
    monkeypatch.syspath_prepend(tmp_path)
    found = discover([metadata.EntryPoint("quits", "quits_at_import", "ganbench"), good])
    assert found.broken[0].reason == "SystemExit: 3"
    assert found.names("models") == ["stranger"]


def test_a_taken_name_is_refused_whole_and_both_are_named(install, catalog):
    other = ModelCard("other", make="nowhere:Other", about="Comes with the thief.")
    taken = ModelCard("dcgan", make="nowhere:Thief", about="A thief.")
    own = [install("own", distribution="ganbench", offer_models=offer(taken))]
    found = discover([install("thief", distribution="aaa", offer_models=offer(other, taken)), *own])
    assert found.names("models") == ["dcgan"]
    assert found.plugin("models", "dcgan").name == "own"
    assert "'dcgan', a name that own (ganbench 0.1) has taken" in found.broken[0].reason


def test_plugins_are_switched_off_by_name(good, monkeypatch):
    monkeypatch.setenv("GANBENCH_DISABLE", "good, other")
    found = discover([good])
    assert found.names("models") == []
    assert "GANBENCH_DISABLE" in found.broken[0].reason


def test_an_unknown_name_suggests_the_nearest(catalog):
    with pytest.raises(UnknownNameError, match="unknown model 'dcgna'; did you mean 'dcgan'"):
        catalog.get("models", "dcgna")
    with pytest.raises(UnknownNameError, match="unknown loss 'zzz'; there is .*minimax, non-saturating"):
        catalog.get("losses", "zzz")


@pytest.mark.parametrize("name", ["DCGAN", "dc_gan", "", "-gan", "dc gan"])
def test_card_names_are_kebab_case(name):
    with pytest.raises(BadOptionError, match="lower case joined by hyphens"):
        ModelCard(name, make="a:b", about="")


def test_a_card_without_a_maker_is_refused():
    with pytest.raises(BadOptionError, match="needs make="):
        ModelCard("name", make="no-colon", about="")


def test_every_built_in_card_loads(catalog):
    from ganbench.registry.catalog import kinds

    for kind in kinds():
        assert catalog.names(kind)
        for card, _ in catalog.cards(kind):
            assert callable(card.load()), card.name
            assert card.about.endswith((".", "=32."))
