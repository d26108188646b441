"""Entry points are those that importlib.metadata gives, of whatever is installed in whatever way."""

import sys
import zipfile
from importlib import metadata

import pytest

from ganbench.registry.installed import installed

GROUPS = ("ganbench", "ganbench.contract")


def ours():
    return {(each.name, each.value, each.group, each.dist.name, each.dist.version) for each in installed(*GROUPS)}


def theirs():
    found = metadata.entry_points()
    points = [each for group in GROUPS for each in found.select(group=group)]
    return {(each.name, each.value, each.group, each.dist.name, each.dist.version) for each in points}


def describe(folder, name, points, version="1.0", file="METADATA"):
    folder.mkdir(parents=True)
    (folder / "entry_points.txt").write_text(points, encoding="utf-8")
    (folder / file).write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n\nName: not this one\n")


@pytest.fixture
def place(tmp_path, monkeypatch):
    for name in ("last", "nowhere", "first"):
        monkeypatch.syspath_prepend(tmp_path / name)
    return tmp_path


def test_the_entry_points_of_this_environment_are_those_of_importlib():
    assert ("ganbench-models", "ganbench_models", "ganbench") in {each[:3] for each in ours()}
    assert ours() == theirs()


def test_so_are_those_of_an_egg_info_of_a_second_group_and_of_a_name_in_other_letters(place):
    both = "[console_scripts]\nx = y:z\n\n[ganbench]\n# a = remark\n a-b  =  some.module:thing [extra] \n"
    describe(place / "first" / "Some.Thing-2.0.dist-info", "Some.Thing", both + "[ganbench.contract]\ncontract = v3")
    describe(place / "last" / "other-1.0-py3.11.egg-info", "other", "[ganbench]\nother = other", file="PKG-INFO")
    describe(place / "last" / "some_thing-1.0.dist-info", "some-thing", "[ganbench]\nshadowed = nowhere")
    describe(place / "last" / "none-1.0.dist-info", "none", "[ganbenchmark]\nnot = ours")
    (place / "last" / "plain.egg-info").write_text("Name: plain\n")
    # a source tree that was built once, before what is installed of it
    describe(place / "first" / "my_tree.egg-info", "my-tree", "[ganbench]\ntree = tree", file="PKG-INFO")
    describe(place / "last" / "my_tree-1.0.dist-info", "my-tree", "[ganbench]\ntwice = tree")
    assert ours() == theirs()
    assert {each[0] for each in ours()} >= {"a-b", "contract", "other", "tree"}
    assert not {"shadowed", "not", "twice"} & {each[0] for each in ours()}


def test_so_are_those_of_an_archive_on_the_path(tmp_path, monkeypatch):
    with zipfile.ZipFile(tmp_path / "packed.zip", "w") as packed:
        packed.writestr("packed-1.0.dist-info/entry_points.txt", "[ganbench]\npacked = packed\n")
        packed.writestr("packed-1.0.dist-info/METADATA", "Name: packed\nVersion: 1.0\n")
    monkeypatch.syspath_prepend(tmp_path / "packed.zip")
    assert "packed" in {each[0] for each in ours()}
    assert ours() == theirs()


@pytest.fixture
def finder(tmp_path):
    """A finder of modules that knows a distribution of its own, as long as the test lasts."""
    describe(tmp_path / "hidden-1.0.dist-info", "hidden", "[ganbench]\nhidden = hidden\n")

    class Finder:
        @staticmethod
        def find_spec(*_):
            return None

        @staticmethod
        def find_distributions(*_):
            return [metadata.PathDistribution(tmp_path / "hidden-1.0.dist-info")]

    sys.meta_path.append(Finder)
    yield Finder
    sys.meta_path.remove(Finder)


@pytest.mark.usefixtures("finder")
def test_a_finder_that_knows_distributions_of_its_own_is_asked():
    assert "hidden" in {each[0] for each in ours()}


@pytest.mark.parametrize("value", ["json", "json:JSONDecoder.decode", "json:loads [extra]"])
def test_what_a_value_names_is_loaded_as_importlib_loads_it(place, value):
    describe(place / "first" / "x-1.dist-info", "x", f"[ganbench]\nx = {value}\n")
    (mine,) = [each for each in installed("ganbench") if each.name == "x"]
    assert mine.load() is metadata.EntryPoint("x", value, "ganbench").load()


def test_a_line_that_is_no_entry_point_stops_nobody(place):
    describe(place / "first" / "x-1.dist-info", "x", "[ganbench]\nnonsense\nx = json\n")
    assert "x" in {each.name for each in installed("ganbench")}
