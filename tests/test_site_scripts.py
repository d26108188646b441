"""What the site's scripts draw and choose, number by number."""

import json
import re
from dataclasses import replace

import pytest
from browsing import page_of, ready
from sites import DANGER, costing, joined, make_record, rescored, seeds_of, shared_site

FIDS = {"gmm": (0.5, 0.5, 0.5), "cgan": (1.9, 2.0, 2.1012), "dcgan": (4.0, 5.0, 9.0)}
SECONDS = {"gmm": 2.0, "dcgan": 3.0, "cgan": 30.0}


def shown_records():
    """Return runs by two scores, the second better if higher: a reference and two rivals on digits, three on ring8."""
    made = []
    for model, fids in FIDS.items():
        for seed, fid in enumerate(fids):
            plain = make_record(model, "digits", seed)
            kids = 1.0 / fid, 10.0 / fid
            both = joined(
                rescored(plain, 10 * fid, fid), rescored(plain, *kids, better="higher", name="kid", metric="kid")
            )
            made.append(replace(costing(both, SECONDS[model]), family="reference" if model == "gmm" else "adversarial"))
    return [*made, *(record for model in ("cgan", "dcgan", DANGER) for record in seeds_of(model, "ring8"))]


@pytest.fixture(scope="module")
def site(once, catalog):
    return shared_site(once, "drawn", catalog, shown_records())


def chart(tab, kind):
    """Return the box of a chart once it is drawn."""
    box = tab.locator(f"[data-chart={kind}]").first
    box.scroll_into_view_if_needed()
    box.locator(".main-svg").first.wait_for()
    return box


def drawn(box):
    return box.locator(".chart").evaluate("where => JSON.parse(JSON.stringify([where.data, where.layout]))")


def series(box):
    traces, _ = drawn(box)
    return {trace["name"]: (trace["x"], trace["y"]) for trace in traces if "markers" in trace["mode"]}


@pytest.mark.browser
@pytest.mark.slow
def test_a_merit_is_smallest_where_a_score_is_best(visit, site):
    tab = visit(page_of(site, "boards", "digits"))
    found = tab.evaluate(
        "[merit(2, 'lower'), merit(2, 'higher'), merit(0.25, 'closer to 0.5'), merit(1, 'closer to 0.5')]"
    )
    assert found == [2, -2, 0.25, 0.5]


@pytest.mark.browser
@pytest.mark.slow
def test_the_drawn_frontier_leads_past_references_whichever_way_a_score_points(visit, site):
    tab = visit(page_of(site, "boards", "digits"))
    box = chart(tab, "tradeoff")
    traces, _ = drawn(box)
    assert (traces[0]["x"], traces[0]["y"]) == ([3, 30], [6, pytest.approx(2.0004, abs=1e-4)])
    data = json.loads(box.locator("script").text_content())
    final = next(model for model in data["models"] if model["name"] == "dcgan + hinge")["finals"][0]
    (dots,) = [trace for trace in traces if trace["name"] == "dcgan + hinge"]
    assert dots["y"][0] + dots["error_y"]["array"][0] == pytest.approx(final["high"])
    assert dots["y"][0] - dots["error_y"]["arrayminus"][0] == pytest.approx(final["low"])
    assert final["high"] - final["mean"] != pytest.approx(final["mean"] - final["low"])
    box.locator("[data-choice=score]").select_option("1")
    assert drawn(box)[0][0]["x"] == [3, 30]


@pytest.mark.browser
@pytest.mark.slow
def test_a_trajectory_is_of_means_against_the_clock_that_was_chosen(visit, site):
    tab = visit(page_of(site, "boards", "digits"))
    box = chart(tab, "progress")
    assert series(box)["dcgan + hinge"] == ([3_200, 6_400], [60, 6])
    assert drawn(box)[1]["yaxis"]["type"] == "linear"
    box.locator("[data-choice=clock]").select_option("1")
    assert series(box)["dcgan + hinge"] == ([1.5, 3], [60, 6])
    box.locator("[data-choice=log]").check()
    assert drawn(box)[1]["yaxis"]["type"] == "log"


@pytest.mark.browser
@pytest.mark.slow
def test_the_level_at_first_is_the_middle_models_who_reaches_it_in_so_many_images_and_seconds(visit, site):
    tab = visit(page_of(site, "boards", "digits"))
    box = tab.locator("[data-chart=reach]")
    box.scroll_into_view_if_needed()
    tab.wait_for_function("document.querySelector('[data-chart=reach] [data-choice=level]').value !== ''")

    def rows():
        return [tuple(row.split("\t")) for row in box.locator("tbody tr").all_inner_texts()]

    assert box.locator("[data-choice=level]").input_value() == "2.01"
    assert box.locator("thead th").all_inner_texts() == ["model", "images", "seconds"]
    assert rows() == [
        ("gmm", "6,400", "2"), ("cgan + non-saturating", "6,400", "30"), ("dcgan + hinge", "never", "never"),
    ]  # fmt: skip
    box.locator("[data-choice=level]").fill("5")
    assert rows()[0] == ("gmm", "3,200", "1.5")
    box.locator("[data-choice=level]").fill("6")
    assert rows()[-1] == ("dcgan + hinge", "6,400", "3")


@pytest.mark.browser
@pytest.mark.slow
def test_a_runs_curves_are_drawn_against_updates(visit, site):
    tab = visit(f"runs/{make_record('dcgan', 'ring8', 0).key}.html")
    traces, _ = drawn(chart(tab, "curves"))
    assert traces[0]["x"] == list(range(1, 101))
    assert traces[0]["y"][:2] == [1, 0.5]


@pytest.mark.browser
@pytest.mark.slow
def test_models_side_by_side_are_rivals_and_the_best_is_bold_whichever_way_a_score_points(visit, site):
    tab = visit("compare.html")
    tab.select_option("#board", label=next(o for o in tab.locator("#board option").all_inner_texts() if "digits" in o))
    assert tab.locator("#scores thead th").all_inner_texts() == ["score", "cgan + non-saturating", "dcgan + hinge"]
    bold = [cell.evaluate("cell => cell.closest('td').cellIndex") for cell in tab.locator("#scores tbody strong").all()]
    assert bold == [1]  # by the first score the seeds leave places undecided, and nothing is bold
    tab.wait_for_selector("#samples img")
    best = [make_record(model, "digits", 0).key for model in ("cgan", "dcgan")]
    assert [img.get_attribute("src") for img in tab.locator("#samples img").all()] == [
        f"runs/{key}/samples.png" for key in best
    ]


@pytest.mark.browser
@pytest.mark.slow
def test_another_board_offers_its_own_models(visit, site):
    tab = visit("compare.html")
    labels = tab.locator("#board option").all_inner_texts()
    for dataset, names in (("ring8", {"cgan + non-saturating", "dcgan + hinge", f"{DANGER} + non-saturating"}),
                           ("digits", {"gmm", "cgan + non-saturating", "dcgan + hinge"})):  # fmt: skip
        tab.select_option("#board", label=next(label for label in labels if dataset in label))
        assert {text.strip() for text in tab.locator("#models label").all_inner_texts()} == names


@pytest.mark.browser
@pytest.mark.slow
def test_a_model_that_does_not_lead_is_compared_from_its_own_page(visit, site):
    (page,) = (path for path in (site / "models").iterdir() if "script" in path.name)
    tab = visit(f"models/{page.name}")
    tab.get_by_role("link", name="Compare with others").click()
    tab.wait_for_selector("#scores tbody td")
    assert f"{DANGER} + non-saturating" in tab.locator("#scores thead th").all_inner_texts()


@pytest.mark.browser
@pytest.mark.slow
def test_a_reset_brings_back_the_order_and_the_columns(visit):
    from playwright.sync_api import expect

    tab = ready(visit("index.html"))
    models = tab.locator("section[data-dataset=ring8] tbody th a")
    heads = tab.locator("section[data-dataset=ring8] thead th")
    before = heads.all_inner_texts()
    expect(models).to_have_text(["dcgan", "cgan", DANGER])
    for _ in range(2):
        heads.filter(has_text="fid").get_by_role("button").click()
    expect(models).to_have_text([DANGER, "cgan", "dcgan"])
    tab.locator("summary").click()
    tab.get_by_role("checkbox", name="IQM").check()
    tab.get_by_role("checkbox", name="seconds").uncheck()
    assert heads.all_inner_texts() != before
    tab.get_by_role("button", name="Reset").click()
    expect(models).to_have_text(["dcgan", "cgan", DANGER])
    expect(heads).to_have_text([re.compile(re.escape(text.split("\n")[0])) for text in before])


@pytest.mark.browser
@pytest.mark.slow
def test_the_page_darkens_with_the_system(visit):
    from playwright.sync_api import expect

    tab = ready(visit("index.html"))
    tab.emulate_media(color_scheme="dark")
    expect(tab.locator("html")).to_have_attribute("data-theme", "dark")
    assert tab.locator("#theme").get_attribute("aria-pressed") == "true"
