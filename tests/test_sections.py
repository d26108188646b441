"""The report: every panel there, one colour a model, and a broken section that stops nobody."""

import os
import sys
from dataclasses import replace

import numpy as np
import pytest
from matplotlib.collections import LineCollection, PathCollection
from PIL import Image

import ganbench
from ganbench.analysis.tables import leaderboard, results, tidy
from ganbench.registry.catalog import discover
from ganbench.report.build import section_cards, strange_sections, write_report
from ganbench.report.sections import write_sections
from ganbench.schema.record import Checkpoint, RunRecord, Score, Spent, Status
from ganbench.schema.spec import Budget


@pytest.fixture
def records(make_spec):
    """Two models on two datasets, three seeds each; one has two scores, and one run failed."""
    made = []
    for dataset, names in (("digits", ["frechet_distance"]), ("ring8", ["modes_captured", "reverse_kl"])):
        for model in ("vanilla", "gmm"):
            for seed in range(3):
                scores = tuple(Score("m", name, seed + len(model), "lower") for name in names)
                spec = make_spec(dataset=dataset, model=model, seed=seed)
                made.append(RunRecord(spec, Status.DONE, checkpoints=(Checkpoint(1.0, Spent(1, 1, 1.0), scores),)))
    return [*made, RunRecord(make_spec(seed=9), Status.FAILED, "it broke")]


def test_the_comparison_has_a_panel_for_each_dataset_and_score(records):
    from ganbench_sections.comparison import draw, with_intervals

    frame = tidy(records)
    figure = draw(with_intervals(frame[frame["value"].notna()], leaderboard(frame)))
    panels = [axes for axes in figure.axes if axes.get_visible()]
    labels = [axes.get_xlabel().splitlines()[0] for axes in panels]
    names = ("frechet distance", "modes captured", "reverse kl")
    assert labels == [f"{name}, mean and 95 % interval" for name in names]
    for axes in panels:
        clouds = [part for part in axes.collections if isinstance(part, PathCollection)]
        dots = sum(len(cloud.get_offsets()) for cloud in clouds)
        assert dots == 6


def test_the_comparison_never_puts_what_is_not_ranked_together_into_one_mean(records, make_spec):
    from dataclasses import replace

    from ganbench_sections.comparison import draw, with_intervals

    first = records[0]
    changes = [{"budget": Budget(updates=99), "standard": False}, {"precision": "bf16"}, {"recipe": (("batch", 8),)}]
    others = [replace(first, spec=replace(first.spec, **change)) for change in changes]
    frame = tidy([first, *others, replace(first, environment={"device": "H200"})])
    figure = draw(with_intervals(frame, leaderboard(frame)))
    titles = [axes.get_title(loc="left") for axes in figure.axes]
    assert len(figure.axes) == 4
    assert sum("99 updates (not standard)" in title for title in titles) == 1
    assert sum("bf16" in title for title in titles) == 1
    assert sum("on H200" in title for title in titles) == 1
    names = {label.get_text() for axes in figure.axes for label in axes.get_yticklabels()}
    assert names == {"vanilla\nnon-saturating", "vanilla\nnon-saturating\nbatch=8"}


def test_the_comparison_is_written_as_a_picture(records, tmp_path, catalog):
    written = write_report(results(records), catalog, tmp_path)
    assert written.broken == {}
    assert (tmp_path / "plots" / "comparison.png") in written.paths
    with Image.open(tmp_path / "plots" / "comparison.png") as picture:
        assert min(picture.size) > 300


def test_without_scores_there_is_no_picture_and_no_complaint(records, tmp_path, catalog):
    written = write_report(results(records[-1:]), catalog, tmp_path)
    assert written.broken == {}
    assert not (tmp_path / "plots" / "comparison.png").exists()


def test_a_broken_section_stops_nobody_else(install, records, tmp_path):
    class Broken:
        def write(self, results, folder):
            raise LookupError("no section today")

    class Good:
        def write(self, results, folder):
            path = folder / "good.txt"
            path.write_text(str(len(results.records)))
            return [path]

    @ganbench.hookimpl
    def offer_report_sections():
        yield ganbench.SectionCard("broken", make=Broken, about="Breaks.")
        yield ganbench.SectionCard("good", make=Good, about="Works.")

    catalog = discover([install("sections", offer_report_sections=offer_report_sections)])
    written = write_report(results(records), catalog, tmp_path)
    assert written.broken == {"broken": "LookupError: no section today"}
    assert (tmp_path / "good.txt").read_text() == "13"


def test_side_by_side_sections_are_the_same_and_fail_alone(install, records, tmp_path):
    class Broken:
        def write(self, results, folder):
            raise LookupError("no section today")

    class Good:
        def write(self, results, folder):
            path = folder / "good.txt"
            path.write_text(str(len(results.records)))
            return [path]

    cards = [
        ganbench.SectionCard("broken", make=Broken, about="Breaks."),
        ganbench.SectionCard("good", make=Good, about="Works."),
    ]
    written = write_sections(results(records), cards, tmp_path, many=1)
    assert written == ({"good": [tmp_path / "good.txt"]}, {"broken": "LookupError: no section today"})
    assert (tmp_path / "good.txt").read_text() == "13"


def test_a_strangers_section_that_kills_its_process_is_broken_and_takes_nobody_along(install, records, tmp_path):
    class Deadly:
        def write(self, results, folder):
            os._exit(1)

    class Good:
        def write(self, results, folder):
            path = folder / "good.txt"
            path.write_text("good")
            return [path]

    @ganbench.hookimpl
    def offer_report_sections():
        yield ganbench.SectionCard("deadly", make=Deadly, about="Ends its process.")
        yield ganbench.SectionCard("good", make=Good, about="Works.")

    catalog = discover([install("sections", offer_report_sections=offer_report_sections)])
    written, broken = write_sections(results(records), section_cards(catalog), tmp_path, strange_sections(catalog))
    assert written == {"good": [tmp_path / "good.txt"]}
    assert broken == {"deadly": "its process ended without a word: it may need more memory than there is"}


def giving(what):
    """Return the card of a section whose write gives or does this."""

    class Odd:
        def write(self, results, folder):
            return what(folder) if callable(what) else what

    return ganbench.SectionCard("odd", make=Odd, about="Odd.")


def test_what_a_section_gives_instead_of_its_files_is_its_own_fault_alone(records, tmp_path):
    (tmp_path / "outside.txt").write_text("x")
    folder = tmp_path / "out"
    folder.mkdir()
    for what, reason in {
        "plots/a.png": "TypeError: write gave 'plots/a.png', where an iterable of paths belongs",
        None: "TypeError: write gave None, where an iterable of paths belongs",
        ("a", "b"): "TypeError: write gave 'a' among its paths",
        lambda folder: sys.exit(0): "SystemExit: 0",
        lambda folder: [folder / "never written"]: "a path that is no file in the folder of the report",
        lambda folder: [folder.parent / "outside.txt"]: "a path that is no file in the folder of the report",
        lambda folder: [folder]: "a path that is no file in the folder of the report",
    }.items():
        written, broken = write_sections(results(records), [giving(what)], folder)
        assert written == {}
        assert reason in broken["odd"]
    assert write_sections(results(records), [giving(iter(()))], folder) == ({"odd": []}, {})


@pytest.mark.slow
def test_a_comparison_too_tall_for_a_page_is_a_page_a_board(records, make_spec, tmp_path):
    from ganbench_sections.comparison import Comparison

    many = [
        replace(record, spec=replace(record.spec, precision=precision, budget=Budget(updates=updates)))
        for record in records
        for precision in ("fp32", "bf16")
        for updates in (1, 2, 3)
    ]
    assert len(list(Comparison().write(results(records), tmp_path))) == 2
    assert len(list(Comparison().write(results(many), tmp_path))) == 24


def test_intervals_of_the_comparison_are_the_tables_and_absent_where_the_table_has_none(records):
    from ganbench_sections.comparison import draw, with_intervals

    equal = [
        replace(
            record, checkpoints=(Checkpoint(1.0, Spent(1, 1, 1.0), (Score("m", "frechet_distance", 2.0, "lower"),)),)
        )
        for record in records[3:6]
    ]
    frame = tidy([*records[:3], *equal])
    board = leaderboard(frame).set_index("model")
    axes = draw(with_intervals(frame, leaderboard(frame))).axes[0]
    drawn = [part for part in axes.collections if isinstance(part, LineCollection)]
    ends = [
        line[:, 0].tolist() for part in drawn for line in part.get_segments() if len(line) and np.isfinite(line).all()
    ]
    assert ends == [[board.loc["vanilla", "low"], board.loc["vanilla", "high"]]]
    assert board.loc["gmm", ["low", "high"]].isna().all()
