"""The published site: whole, honest, harmless whatever things are called, and never over somebody's files."""

import json
import re
import shlex
import xml.etree.ElementTree as ET
from dataclasses import replace
from html.parser import HTMLParser
from urllib.parse import unquote, urlsplit

import jsonschema
import pandas as pd
import pytest
from sites import DANGER, make_record, shared_site, write_results, write_site

import ganbench
from ganbench.cli.run import run as run_command
from ganbench.registry.catalog import discover
from ganbench.schema.record import Status
from ganbench.schema.spec import Budget, Stopping
from ganbench.site.commands import repeat_run
from ganbench.suites.expand import expand
from ganbench.suites.overrides import Overrides, read_overrides
from ganbench.suites.toml import find_suite


@pytest.fixture(scope="module")
def site(once, catalog):
    return shared_site(once, "published-with-baseline", catalog, baseline="gmm")


class Page(HTMLParser):
    """What a page links to and loads, the ids in it, its scripts, and its text."""

    def __init__(self, path):
        super().__init__()
        self.targets, self.ids, self.scripts, self.text, self._script = [], [], [], [], None
        self.feed(path.read_text())

    def handle_starttag(self, tag, attributes):
        given = dict(attributes)
        self.targets += [given[name] for name in ("href", "src") if given.get(name)]
        self.ids += [given["id"]] if given.get("id") else []
        self._script = given.get("type", "script") if tag == "script" and "src" not in given else None

    def handle_data(self, data):
        (self.scripts if self._script else self.text).append((self._script, data) if self._script else data)

    def handle_endtag(self, tag):
        self._script = None


@pytest.mark.slow
def test_every_link_on_every_page_leads_to_a_file_inside(site):
    pages = sorted(site.rglob("*.html"))
    assert len(pages) > 35
    for path in pages:
        for target in Page(path).targets:
            parts = urlsplit(target)
            if parts.scheme == "data":
                continue
            assert not parts.scheme, f"{path.name}: {target}"
            assert not parts.netloc, f"{path.name}: {target}"
            if parts.path:
                found = (path.parent / unquote(parts.path)).resolve()
                assert found.is_file(), f"{path.name}: {target}"
                assert found.is_relative_to(site.resolve())


def test_ids_are_there_once(site):
    for path in site.rglob("*.html"):
        ids = Page(path).ids
        assert len(ids) == len(set(ids)), path.name


def test_a_dangerous_name_is_text_wherever_it_stands(site):
    shown = 0
    for path in site.rglob("*.html"):
        page = Page(path)
        assert all("alert(1)" not in text for kind, text in page.scripts if kind == "script"), path.name
        for kind, text in page.scripts:
            if kind == "application/json":
                json.loads(text)
        shown += DANGER in "".join(page.text)
    assert shown >= 5
    for path in site.rglob("*.svg"):
        tags = {element.tag.rpartition("}")[2] for element in ET.parse(path).iter()}
        assert "script" not in tags


def test_the_front_page_says_what_the_tables_say(site):
    text = " ".join(" ".join(Page(site / "index.html").text).split())
    assert "4 models on 2 datasets, 24 runs, 1 failed" in text
    assert "beats baseline (gmm)" in text
    assert "4.50 ± 0.50" in text
    assert "digits: 1 failed: it broke (dcgan + hinge)" in text
    assert "beats baseline" in text


def test_a_models_page_has_its_place_its_runs_and_how_to_run_it(site):
    (path,) = (site / "models").glob("dcgan*.html")
    text = " ".join(" ".join(Page(path).text).split())
    for part in (
        "ganbench run --suite quickstart --model dcgan --loss hinge",
        "Deep convolutional GAN",
        "it broke",
        "6 done, 1 failed, 0 skipped",
    ):
        assert part in text


def test_references_stand_outside_the_competition(tmp_path, catalog):
    best = [replace(make_record("gmm", "digits", seed), family="reference") for seed in range(3)]
    others = [make_record(model, "digits", seed) for model in ("dcgan", "cgan") for seed in range(3)]
    root = write_results(tmp_path / "results", [*best, *others])
    write_site(root, tmp_path / "site", catalog)
    words = [
        re.search(r'aria-label="([^"]*)"', path.read_text())[1] for path in (tmp_path / "site" / "badges").iterdir()
    ]
    assert sorted(words) == ["ganbench digits: #1 of 2", "ganbench digits: #2 of 2", "ganbench digits: reference"]


def test_a_runs_page_has_everything_that_its_record_has(site):
    record = make_record("cgan", "digits", 1)
    text = " ".join(" ".join(Page(site / "runs" / f"{record.key}.html").text).split())
    for part in ("cgan + non-saturating on digits, seed 1", "9.1", "6.2", "0.10", "6,400", "50%, 3,200 images", "cpu"):
        assert part in text, part
    assert (site / "runs" / record.key / "frame-0500.png").exists()


def test_a_metrics_page_defines_it(site):
    (path,) = (site / "metrics").glob("*.html")
    text = " ".join(" ".join(Page(path).text).split())
    for part in ("Heusel et al. 2017", "lower", "0 to unbounded", "digits-classifier", "real=700", "gmm"):
        assert part in text, part


def test_the_data_files_are_what_their_schema_says(site):
    data = json.loads((site / "data" / "leaderboard.json").read_text())
    schema = json.loads((site / "data" / "leaderboard.schema.json").read_text())
    jsonschema.Draft202012Validator.check_schema(schema)
    jsonschema.validate(data, schema)
    (row,) = (row for row in data["rows"] if row["model"] == "dcgan" and row["dataset"] == "digits")
    assert row["mean"] == pytest.approx(4.5)
    assert (row["done"], row["failed"], row["family"]) == (3, 1, "adversarial")
    assert len(pd.read_parquet(site / "data" / "leaderboard.parquet")) == len(data["rows"])
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate({**data, "rows": [{**row, "mean": "high"}]}, schema)


def test_badges_tell_the_place(site):
    # one seed of dcgan failed, so that its better means are no lead over models whose seeds all finished
    for model, standing in (("gmm", "#1 of 4"), ("dcgan-hinge", "undecided")):
        (path,) = (site / "badges").glob(f"{model}-on-digits*.svg")
        assert re.search(rf'aria-label="ganbench digits: {standing}"', path.read_text())


def test_a_strangers_section_appears_and_a_broken_one_is_named(tmp_path, install):
    class Texts:
        def write(self, results, folder):
            (folder / "mine.txt").write_text("<b>seen</b>")
            (folder / "mine.html").write_text("<p>a page of its own</p>")
            return [folder / "mine.txt", folder / "mine.html"]

    class Stray:
        def write(self, results, folder):
            (folder.parent / "outside.txt").write_text("not for publishing")
            return [folder.parent / "outside.txt"]

    class Broken:
        def write(self, results, folder):
            raise LookupError("no section today")

    @ganbench.hookimpl
    def offer_report_sections():
        yield ganbench.SectionCard("texts", make=Texts, about="A stranger's.")
        yield ganbench.SectionCard("stray", make=Stray, about="Writes elsewhere.")
        yield ganbench.SectionCard("broken", make=Broken, about="Breaks.")

    catalog = discover([install("sections", offer_report_sections=offer_report_sections)])
    root = write_results(tmp_path / "results", [make_record("gmm", "digits", 0)])
    broken = write_site(root, tmp_path / "site", catalog)
    page = (tmp_path / "site" / "plots.html").read_text()
    assert broken["broken"] == "LookupError: no section today"
    assert "outside.txt" in broken.pop("stray")
    assert list(broken) == ["broken"]
    assert "&lt;b&gt;seen&lt;/b&gt;" in page
    assert 'src="mine.html"' in page
    assert "A stranger&#39;s." in page
    assert "no section today" in page
    assert "not for publishing" not in page


def test_things_of_a_plugin_that_is_not_installed_still_have_their_pages(tmp_path):
    root = write_results(tmp_path / "results", [make_record("dcgan", "digits", 0)])
    write_site(root, tmp_path / "site", discover([]))
    (model,) = (tmp_path / "site" / "models").glob("*.html")
    (metric,) = (tmp_path / "site" / "metrics").glob("*.html")
    for path in (model, metric):
        assert "not installed where this page was made" in path.read_text()


def test_a_run_without_files_or_scores_has_a_page(tmp_path, catalog):
    skipped = replace(
        make_record("dcgan", "digits", 0), status=Status.SKIPPED, reason="needs images", checkpoints=(), parameters={}
    )
    root = write_results(tmp_path / "results", [skipped])
    assert write_site(root, tmp_path / "site", catalog) == {}
    assert "needs images" in (tmp_path / "site" / "index.html").read_text()
    assert "needs images" in (tmp_path / "site" / "runs" / f"{skipped.key}.html").read_text()


@pytest.mark.parametrize(
    "overrides",
    [
        Overrides(),
        Overrides(seeds=(3,), budget=Budget(images=1_234_567, seconds=0.5), stopping=Stopping(patience=2)),
        Overrides(seeds=(2,), precision="bf16"),
    ],
    ids=["standard", "budget and stopping", "precision"],
)
def test_the_command_of_a_run_repeats_that_run_and_no_other(catalog, overrides):
    for spec in expand(find_suite("quickstart", catalog), catalog, overrides):
        words = shlex.split(repeat_run(spec, catalog.names("suites")))
        context = run_command.make_context("run", words[2:])
        again = expand(find_suite(context.params["suite"], catalog), catalog, read_overrides(context.params))
        assert [each.key for each in again] == [spec.key]


def test_the_front_page_stays_small_with_all_that_it_loads(site):
    page = Page(site / "index.html")
    loaded = {target for target in page.targets if target.startswith("assets/")}
    assert "assets/plotly.js" not in loaded
    assert sum((site / name).stat().st_size for name in loaded) < 1_000_000
