"""What the site's pages show, number by number."""

import re
import shlex
from dataclasses import replace

import numpy as np
import pytest
from sites import DANGER, joined, make_record, of_values, respec, seeds_of, write_results, write_site

import ganbench
from ganbench.registry.catalog import discover
from ganbench.report.numbers import number
from ganbench.schema.choice import Choice
from ganbench.schema.record import Status
from ganbench.site.badges import badges
from ganbench.site.board_data import board_data
from ganbench.site.board_table import board_table
from ganbench.site.commands import run_contender
from ganbench.site.content import Content
from ganbench.site.curves_data import curve_panels
from ganbench.site.front import front
from ganbench.site.metric_page import metric_page
from ganbench.site.model_page import model_page
from ganbench.site.run_page import run_page
from ganbench.site.serve import serving
from ganbench.storage.merge import merged
from ganbench.storage.store import RunFolder


@pytest.fixture
def content_of(tmp_path):
    """Return a maker of a site's content from records."""

    def make(records, **options):
        with merged([write_results(tmp_path / "results", records)]) as found:
            return Content(found, "a title", **options)

    return make


def data_of(content):
    (board,) = content.boards
    return board_data(board, content)


def test_charts_have_each_checkpoints_mean_lowest_and_highest_and_the_best_and_worst_seed(content_of):
    (model,) = data_of(content_of(seeds_of("dcgan")))["models"]
    assert model["trajectories"] == [[[3_200, 1.5, 8.83333, 8, 9.5], [6_400, 3, 4.5, 4, 5]]]
    assert [shown["about"] for shown in model["samples"]] == ["best seed, 0", "worst seed, 1"]


def test_the_best_samples_follow_the_scores_direction(content_of):
    (model,) = data_of(content_of(of_values("dcgan", [1.0, 3.0, 2.0], "higher")))["models"]
    assert [shown["about"] for shown in model["samples"]] == ["best seed, 1", "worst seed, 0"]


def test_charts_keep_recipes_and_protocols_apart(content_of):
    plain = of_values("dcgan", [1.0], weights="a")
    other = of_values("dcgan", [3.0], weights="b")
    both = [joined(*pair) for pair in zip(plain, other, strict=True)]
    changed = [respec(record, recipe=(("batch", 8),)) for record in of_values("dcgan", [5.0])]
    data = data_of(content_of([*both, *changed]))
    found = [
        sorted(point[2] for trajectory in model["trajectories"] for point in trajectory) for model in data["models"]
    ]
    assert sorted(found) == [[1.0, 3.0], [5.0]]


def test_charts_and_tables_have_the_means_own_interval(content_of):
    content = content_of(of_values("dcgan", [1.0, 2.0, 3.0, 30.0], kid=1))
    (row,) = content.results.leaderboard.to_dict("records")
    assert (row["iqm_low"], row["iqm_high"]) != (row["low"], row["high"])
    (final,) = data_of(content)["models"][0]["finals"]
    assert (final.pop("best"), final.pop("of")) == (True, "")
    assert final == pytest.approx({name: row[name] for name in ("mean", "low", "high")}, rel=1e-5)
    told = table_of(content)["dcgan"]["95 % interval"]
    assert (told.text, float(told.order)) == (f"{number(row['low'])} … {number(row['high'])}", row["low"])


def table_of(content):
    """Return the cells of the only board, by model and by label."""
    (board,) = content.boards
    table = board_table(board, content)
    labels = [head.label for head in table.heads]
    return {row[1].text: dict(zip(labels, row, strict=True)) for row in table.rows}


def test_tables_are_sorted_by_what_they_show_and_what_is_missing_comes_last(content_of):
    aside = [replace(record, family="reference") for record in of_values("gmm", [0.5])]
    rivals = [*of_values("dcgan", [1.0, 2.0, 5.0]), *of_values("cgan", [3.0, 4.0, 6.0])]
    rivals = [replace(record, peak_memory_bytes=3 * 2**20) for record in rivals]
    content = content_of([*aside, *rivals], baseline="cgan")
    rows, board = table_of(content), content.results.leaderboard.set_index("model")
    assert float(rows["gmm"]["place"].order) > float(rows["cgan"]["place"].order) >= 1
    assert rows["gmm"]["95 % interval"].text == "–"
    assert float(rows["gmm"]["95 % interval"].order) > 1e300
    assert (rows["dcgan"]["peak memory, MiB"].text, rows["dcgan"]["peak memory, MiB"].order) == ("3", "3.0")
    assert float(rows["dcgan"]["beats baseline"].order) == board.loc["dcgan", "improvement"]
    ends = [number(board.loc["dcgan", f"rank_{end}"]) for end in ("low", "high")]
    assert rows["dcgan"]["rank interval"].text == " … ".join(ends)
    assert ends[0] != number(board.loc["dcgan", "rank"]) or ends[0] == "1"
    ends = [number(board.loc["cgan", f"rank_{end}"]) for end in ("low", "high")]
    assert rows["cgan"]["rank interval"].text == " … ".join(ends)
    assert ends[0] == "1"


def test_the_commands_of_a_model_are_one_a_suite_and_safe_to_paste(content_of):
    records = [make_record(DANGER, "digits", 0), respec(make_record(DANGER, "digits", 0), suite="other@1")]
    (contender,) = content_of(records).contenders
    lines = run_contender(contender, ("quickstart",))
    assert [shlex.split(line) for line in lines] == [
        ["ganbench", "run", "--suite", suite, "--model", DANGER, "--loss", "non-saturating"]
        for suite in ("other.toml", "quickstart")
    ]
    assert [shlex.join(shlex.split(line)) for line in lines] == lines


def test_budgets_that_are_not_the_suites_are_marked_and_only_those(content_of):
    plain = make_record("gmm", "digits", 0)
    content = content_of([plain, respec(plain, standard=False)])
    assert ["not standard" in board.title for board in content.boards] == [
        not board.grid.board.standard for board in content.boards
    ]
    for run in content.runs:
        said = dict(run_page(run, content, ())["what"])["suite"]
        assert ("not the standard budget" in said) is not run.record.spec.standard


@pytest.mark.parametrize(("seeds", "standing"), [(5, "shared #1 of 2"), (3, "undecided")])
def test_a_badge_says_that_a_place_is_shared_or_undecided(content_of, seeds, standing):
    values = [1.0, 3.0, 1.5, 2.5, 2.0][:seeds]
    near = content_of([*of_values("dcgan", values), *of_values("cgan", [value + 0.5 for value in values])])
    assert [(words["right"], words["colour"]) for _, words in badges(near.boards)] == [(standing, "#0b5cad")] * 2


def test_the_badge_of_a_sole_first_place_shines(content_of):
    records = [*of_values("dcgan", [1.0, 1.1, 1.2]), *of_values("cgan", [7.0, 7.1, 7.2])]
    found = [(words["right"], words["colour"]) for _, words in badges(content_of(records).boards)]
    assert found == [("#1 of 2", "#1a7f37"), ("#2 of 2", "#0b5cad")]


def test_curves_are_in_panels_against_their_updates(tmp_path):
    import pyarrow as pa

    names = ("generator_loss", "discriminator_loss", "generator_gradient_norm", "discriminator_accuracy", "rest")
    updates = np.arange(5, 965, 2)
    RunFolder(tmp_path).write_curves(
        pa.table({"update": updates, "images": 8 * updates, **dict.fromkeys(names, 2.0 * updates)})
    )
    panels = curve_panels(tmp_path)
    assert [list(panel["series"]) for panel in panels] == [
        ["generator loss", "discriminator loss"], ["generator gradient norm"], ["discriminator accuracy"], ["rest"],
    ]  # fmt: skip
    for panel in panels:
        assert panel["updates"][:2] == [6, 10]
        assert len(panel["updates"]) == 240
        for values in panel["series"].values():
            assert values == [2 * update for update in panel["updates"]]


def test_the_front_page_tells_the_latest_run(content_of):
    started = ("2026-11-20T10:00:00+00:00", "2026-11-22T10:00:00+00:00", "2026-11-21T10:00:00+00:00")
    records = [replace(record, started=when) for record, when in zip(seeds_of("gmm"), started, strict=True)]
    assert front(content_of(records))["latest"] == "2026-11-22"


def test_a_metrics_page_is_about_that_metric_alone(content_of, catalog):
    def both(model, fid, kid):
        pairs = zip(of_values(model, fid), of_values(model, kid, name="kid", metric="kid", weights="k"), strict=True)
        return [joined(*pair) for pair in pairs]

    content = content_of(
        [*both("dcgan", [1.0, 1.1, 1.2], [9.0, 9.1, 9.2]), *both("cgan", [5.0, 5.1, 5.2], [2.0, 2.1, 2.2])]
    )
    page = metric_page("kid", content, catalog)
    assert [(each["score"], [name for name, *_ in each["best"]]) for each in page["leaders"]] == [
        ("kid ↓", ["cgan + non-saturating"])
    ]
    (protocol,) = page["protocols"]
    assert "weights=k" in protocol


def test_a_models_page_is_about_its_own_boards_runs_and_networks(content_of, catalog):
    skipped = replace(
        make_record("dcgan", "digits", 0), status=Status.SKIPPED, checkpoints=(), parameters={}, conditional=None
    )
    hinge = [skipped, *(record for record in seeds_of("dcgan")[1:])]
    other = [respec(record, loss=Choice("wgan-gp")) for record in of_values("dcgan", [1.0, 1.1])]
    content = content_of([*hinge, *other])
    data = {board.name: board_data(board, content) for board in content.boards}
    page = model_page(content.contender("dcgan", "hinge"), content, catalog, data)
    assert [[cell.text for _, cell in board["cells"]] for board in page["boards"]] == [["4.75 ± 0.35"]]
    assert page["boards"][0]["parameters"] == "generator 1,005"
    assert page["conditional"] == "no"
    assert [run["scores"] for run in page["runs"]] == ["–", "fid 5", "fid 4.50"]


def test_a_runs_page_has_what_is_missing_its_spread_and_its_memory(content_of):
    record = replace(make_record("dcgan", "digits", 0), peak_memory_bytes=3 * 2**20)
    first = record.checkpoints[0]
    lost = replace(first, scores=tuple(replace(s, value=None, reason="no weights") for s in first.scores))
    (run,) = (content := content_of([replace(record, checkpoints=(lost, record.checkpoints[1]))])).runs
    page = run_page(run, content, ())
    assert page["missing"] == [("fid:features=digits-classifier", "no weights")]
    assert [(score["values"], score["spread"]) for score in page["scores"]] == [(["–", "4"], "0.10")]
    assert dict(page["outcome"])["peak memory"] == "3 MiB"


def test_a_server_answers_on_this_machine_alone(tmp_path):
    (tmp_path / "index.html").touch()
    with serving(tmp_path, 0) as (server, _):
        assert server.server_address[0] == "127.0.0.1"


def test_a_site_goes_into_an_empty_folder_names_what_is_damaged_and_keeps_strangers_out(tmp_path, install):
    class Texts:
        def write(self, results, folder):
            (folder / "mine.html").write_text("<script>parent.document</script>")
            return [folder / "mine.html"]

    class Breaks:
        def write(self, results, folder):
            raise LookupError("<b>no</b>")

    @ganbench.hookimpl
    def offer_report_sections():
        yield ganbench.SectionCard("texts", make=Texts, about="A stranger's.")
        yield ganbench.SectionCard("broken", make=Breaks, about="Breaks.")

    catalog = discover([install("sections", offer_report_sections=offer_report_sections)])
    records = [*seeds_of("gmm"), *of_values("cgan", [9.0, 9.1, 9.2])]
    root = write_results(tmp_path / "results", records)
    (root / "runs" / "damaged").mkdir()
    (root / "runs" / "damaged" / "record.json").write_text("{}")
    (tmp_path / "site").mkdir()
    write_site(root, tmp_path / "site", catalog)
    plots = (tmp_path / "site" / "plots.html").read_text()
    assert re.findall(r'sandbox="([^"]*)"', plots) == ["allow-scripts"]
    assert "<b>no</b>" not in plots
    index = (tmp_path / "site" / "index.html").read_text()
    assert "has record schema None" in index
    table = index[index.index("<tbody>") : index.index("</tbody>")]
    assert re.findall(r"<strong>(.*?)</strong>", table) == ["2.10 ± 0.10"]
    assert 'data-order="2.1"' in table
    (page,) = (tmp_path / "site" / "models").glob("gmm*.html")
    assert "<strong>2.10 ± 0.10</strong>" in page.read_text()
    assert re.findall(r'<a href="([^"]*)" aria-current="page">', index) == ["index.html"]
