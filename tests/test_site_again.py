"""A site made again: untouched where all that it was made of is the same, and right where anything is not."""

from dataclasses import replace

import pytest
from PIL import Image
from sites import make_record, rescored, respec, write_results, write_site

import ganbench
from ganbench.registry.catalog import Catalog, Plugin, discover
from ganbench.report.sections import MANY
from ganbench.site.inputs import code_digests, digest_of_inputs
from ganbench.site.mark import MARK, read_mark
from ganbench.storage.merge import merged
from ganbench.storage.store import RunFolder

RECORDS = [make_record(model, "digits", 0) for model in ("gmm", "cgan")]
BARE = discover([])  # no plots, which take the time


def seen(site):
    """Return what tells whether a file was touched."""
    paths = [path for path in site.rglob("*") if path.is_file()]
    return {path.relative_to(site).as_posix(): (path.stat().st_ino, path.stat().st_mtime_ns) for path in paths}


@pytest.fixture
def made(tmp_path):
    """Return a folder of results, and its site."""
    root = write_results(tmp_path / "results", RECORDS)
    write_site(root, tmp_path / "site", BARE)
    return root, tmp_path / "site"


def changed(root, site, catalog=BARE, **options):
    """Publish again; return the names of files that were written, and of those that are gone."""
    before = seen(site)
    write_site(root, site, catalog, **options)
    after = seen(site)
    return {name for name in after if after[name] != before.get(name)}, set(before) - set(after)


def test_a_site_of_the_same_is_not_touched(made):
    assert changed(*made) == (set(), set())


def test_a_plain_list_of_files_from_an_earlier_version_is_read(made):
    root, site = made
    names = list(read_mark(site).files)
    (site / MARK).write_text("\n".join(names))
    written, gone = changed(root, site)
    assert MARK in written
    assert "index.html" not in written
    assert not gone
    assert list(read_mark(site).files) == names


def test_a_changed_record_writes_every_page_that_shows_it_and_no_other(made):
    root, site = made
    first, second = RECORDS
    write_results(root, [rescored(first, 77.0, 66.0)])
    written, gone = changed(root, site)
    assert {"index.html", f"runs/{first.key}.html", "models/gmm.html", "data/leaderboard.json"} <= written
    assert not {f"runs/{second.key}.html", "assets/plotly.js", "data.html"} & written
    assert not gone
    assert "66" in (site / "runs" / f"{first.key}.html").read_text()


def test_a_changed_picture_and_changed_curves_are_shown(made):
    root, site = made
    key = RECORDS[0].key
    folder = RunFolder(root / "runs" / key)
    folder.write_picture("samples.png", Image.new("RGB", (64, 64), "red").save)
    assert changed(root, site)[0] == {f"runs/{key}/samples.png", MARK}
    (folder.path / "curves.parquet").unlink()
    assert changed(root, site)[0] == {f"runs/{key}.html", MARK}


def test_a_removed_run_is_gone(made):
    root, site = made
    first, second = RECORDS
    (root / "runs" / first.key / "record.json").unlink()
    written, gone = changed(root, site)
    assert {f"runs/{first.key}.html", f"runs/{first.key}/samples.png", "models/gmm.html"} <= gone
    assert "index.html" in written
    assert f"runs/{second.key}.html" not in written


def test_another_title_is_on_every_page(made):
    root, site = made
    assert {path.relative_to(site).as_posix() for path in site.rglob("*.html")} <= changed(root, site, title="b")[0]


@pytest.mark.parametrize("harm", ["edited", "gone"])
def test_a_page_that_was_harmed_is_made_again(made, harm):
    root, site = made
    whole = (site / "index.html").read_text()
    (site / "index.html").unlink()
    if harm == "edited":
        (site / "index.html").write_text("harmed")
    assert changed(root, site) == ({"index.html", MARK}, set())
    assert (site / "index.html").read_text() == whole


@pytest.mark.slow
def test_a_broken_section_is_told_of_again(tmp_path, install):
    class Broken:
        def write(self, results, folder):
            raise LookupError("no section today")

    @ganbench.hookimpl
    def offer_report_sections():
        yield ganbench.SectionCard("broken", make=Broken, about="Breaks.")

    catalog = discover([install("sections", offer_report_sections=offer_report_sections)])
    root = write_results(tmp_path / "results", RECORDS[:1])
    told = [write_site(root, tmp_path / "site", catalog) for _ in range(2)]
    assert told == [{"broken": "LookupError: no section today"}] * 2


@pytest.mark.slow
def test_sections_of_many_runs_are_drawn_beside_their_pages(tmp_path):
    for seed in range(MANY):
        record = respec(RECORDS[0], seed=seed)
        RunFolder(tmp_path / "results" / "runs" / record.key).write_record(record)
    catalog = Catalog()
    section = ganbench.SectionCard("progress", make="ganbench_sections.progress:Progress", about="Progress.")
    catalog.add(Plugin("plots", "ganbench", "0"), {"report-sections": [section]})
    assert write_site(tmp_path / "results", tmp_path / "site", catalog) == {}
    page = (tmp_path / "site" / "plots.html").read_text()
    (plot,) = (tmp_path / "site" / "plots").glob("*.png")
    assert f'src="plots/{plot.name}"' in page
    assert len(list((tmp_path / "site" / "runs").glob("*.html"))) == MANY


@pytest.fixture
def digest(tmp_path):
    """Return a maker of digests of one record's inputs, by catalog."""
    root = write_results(tmp_path / "results", RECORDS[:1])

    def make(catalog=BARE, *options):
        with merged([root]) as found:
            return digest_of_inputs(found, catalog, options)

    return make


def test_options_versions_and_cards_are_inputs(digest, install):
    def offering(version, about):
        @ganbench.hookimpl
        def offer_report_sections():
            yield ganbench.SectionCard("mine", make=lambda: None, about=about)

        return discover([install("mine", version=version, offer_report_sections=offer_report_sections)])

    assert digest() == digest()
    assert digest(offering("1", "One.")) == digest(offering("1", "One."))
    told = [digest(), digest(BARE, "title"), *(digest(offering(*each)) for each in (("1", "One."), ("2", "One.")))]
    assert len({*told, digest(offering("1", "Two."))}) == 5


def test_what_could_not_be_read_is_an_input(digest, tmp_path):
    with merged([tmp_path / "results"]) as found:
        torn = replace(found, damaged=("a record is torn",))
        assert digest_of_inputs(found, BARE, ()) != digest_of_inputs(torn, BARE, ())


def test_the_code_of_sections_and_templates_is_an_input(tmp_path, monkeypatch):
    package = tmp_path / "sections_of_one_test"
    package.mkdir()
    told = []
    monkeypatch.syspath_prepend(tmp_path)
    for name, text in (("__init__.py", ""), ("plot.py", "A = 1"), ("plot.py", "A = 2"), ("page.html", "{{ a }}")):
        (package / name).write_text(text)
        told.append(tuple(code_digests([package.name])))
    assert len(set(told)) == 4
    names = [name for name, _ in code_digests(["ganbench"])]
    assert {"ganbench/site/templates/run.html", "ganbench/site/files/charts.js", "ganbench/site/publish.py"} < {*names}
    assert list(code_digests(["no_such_package"])) == []
