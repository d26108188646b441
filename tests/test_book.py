"""The pages for authors of plugins: each is run from top to bottom, and none leaves out a card, a field or a hook."""

import dataclasses
import re
import shlex

import numpy as np
import pytest
from test_docs import REFERENCE, ROOT, blocks

import ganbench as public
from ganbench.contracts.cards import NEEDS, Card, Column
from ganbench.contracts.versions import CONTRACT
from ganbench.registry.catalog import kinds

PLUGINS = ROOT / "plugins"
PAGES = sorted((PLUGINS / "book").glob("*.md"))
AGENTS = PLUGINS / "AGENTS.md"


@pytest.fixture
def pictures(tmp_path):
    from PIL import Image

    (tmp_path / "pictures").mkdir()
    for index, pixels in enumerate(np.random.default_rng(0).integers(0, 256, (20, 18, 18, 3), dtype=np.uint8)):
        Image.fromarray(pixels).save(tmp_path / "pictures" / f"{index}.png")


@pytest.mark.slow
@pytest.mark.parametrize("page", [*PAGES, AGENTS], ids=lambda page: page.stem)
def test_every_block_of_a_page_runs(page, pictures, offer, tmp_path):
    namespace = {"__name__": "a_page"}
    done = 0
    for language, text in re.findall(r"^```(\w+)\n(.*?)^```", page.read_text(), re.MULTILINE | re.DOTALL):
        done += 1
        if language == "toml":
            (tmp_path / "mine.toml").write_text(text)
        elif language == "python":
            exec(compile(text, page.name, "exec"), namespace)
            hooks = {name: hook for name, hook in namespace.items() if name.startswith("offer_")}
            if "offer_" in text:
                offer(f"page-{page.stem}", **{name.removeprefix("offer_"): list(hooks[name]()) for name in hooks})
        else:
            for line in text.splitlines():
                result = run_line(line)
                assert result.exit_code == 0, f"{line}\n{result.output}"
    assert done >= 1


def run_line(line):
    from click.testing import CliRunner

    from ganbench.cli import main

    assert line.startswith("ganbench "), line
    result = CliRunner().invoke(main, shlex.split(line)[1:])
    if result.exception and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result


def tables(text):
    """Return the fields that each heading's table documents, with their defaults."""
    parts = re.split(r"^## `(\w+)`$", text, flags=re.MULTILINE)[1:]
    row = re.compile(r"^\| `(\w+)` \|(.*?)\|", re.MULTILINE)
    pairs = zip(parts[::2], parts[1::2], strict=True)
    return {name: {field: default.strip() for field, default in row.findall(part)} for name, part in pairs}


def test_every_card_and_every_field_is_documented_with_its_default():
    found = tables((PLUGINS / "book" / "cards.md").read_text())
    common = {field.name for field in dataclasses.fields(Card)}
    assert set(found) == {card.__name__ for card in kinds().values()} | {"Column"}
    for kind in (*kinds().values(), Column):
        fields = [field for field in dataclasses.fields(kind) if kind is Column or field.name not in common]
        assert list(found[kind.__name__]) == [field.name for field in fields], kind
        for field in fields:
            default = "" if field.default is dataclasses.MISSING else f"`{field.default!r}`".replace("'", '"')
            assert found[kind.__name__][field.name] == default, (kind, field.name)


def test_what_a_metric_may_need_is_listed_whole():
    row = re.search(r"^\| `needs` .*$", (PLUGINS / "book" / "cards.md").read_text(), re.MULTILINE)[0]
    assert re.findall(r"`(\w+)`", row)[1:] == list(NEEDS)


def test_the_contents_name_every_page_and_every_page_is_short():
    text = REFERENCE.read_text()
    assert re.findall(r"\]\(book/([\w-]+\.md)\)", text.split("## ")[0]) == [
        "loss.md", "model.md", "pictures.md", "dataset.md", "metric.md", "board.md", "cards.md",
    ]  # fmt: skip
    assert {page.name for page in PAGES} == set(re.findall(r"\]\(book/([\w-]+\.md)\)", text.split("## ")[0]))
    assert "(AGENTS.md)" in text
    assert len(AGENTS.read_text().splitlines()) <= 80
    loss = blocks(PLUGINS / "book" / "loss.md", "python")[0].split("class SoftHinge")[1]
    assert len([line for line in loss.splitlines() if line.strip()]) <= 10  # as the title says


def test_the_page_for_agents_names_every_hook_every_card_and_the_contract_that_there_is():
    text = AGENTS.read_text()
    for kind, card in kinds().items():
        assert f"`offer_{kind.replace('-', '_')}` → `{card.__name__}`" in text
    for name in re.findall(r"ganbench\.([A-Z]\w+)", text):
        assert name in public.__all__, name
    for path in (AGENTS, REFERENCE, ROOT / "tests" / "stranger" / "pyproject.toml"):
        assert re.findall(r'^contract = "v(\d+)"', path.read_text(), re.MULTILINE) == [str(CONTRACT)], path


def test_every_link_of_a_page_leads_somewhere():
    headings = re.findall(r"^## (.+)$", REFERENCE.read_text(), re.MULTILINE)
    anchors = {re.sub(r"[^\w\- ]", "", heading).strip().lower().replace(" ", "-") for heading in headings}
    for page in (*PAGES, AGENTS):
        for target, anchor in re.findall(r"\]\(([^)#]*)#?([^)]*)\)", page.read_text()):
            assert (page.parent / target).exists(), (page.name, target)
            assert not anchor or anchor in anchors, (page.name, anchor)
