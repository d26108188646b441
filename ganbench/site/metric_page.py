"""What a metric's page says: definition, direction, range, what it needs, where it is from, who leads by it."""

from typing import Any

from ganbench.contracts.cards import MetricCard
from ganbench.errors import GanbenchError
from ganbench.registry.catalog import Catalog
from ganbench.report.numbers import NOTHING
from ganbench.schema.choice import Choice
from ganbench.schema.direction import merit
from ganbench.site.content import Content


def metric_page(metric: str, content: Content, catalog: Catalog) -> dict[str, Any]:
    """Return what the template of a metric's page shows."""
    name = metric.partition(":")[0]
    try:
        card: MetricCard | None = catalog.get("metrics", Choice.parse(metric).name)
        plugin = catalog.plugin("metrics", name).origin
    except GanbenchError:
        card, plugin = None, "not installed where this page was made"
    return {
        "metric": metric,
        "about": card.about if card else "",
        "definition": card.definition if card else "",
        "plugin": plugin,
        "needs": ", ".join(card.needs) if card and card.needs else "samples alone",
        "features": _features(metric, card),
        "columns": _columns(card, content, metric),
        "protocols": _protocols(content, metric),
        "leaders": _leaders(content, metric),
    }


def _features(metric: str, card: MetricCard | None) -> str:
    try:
        named = Choice.parse(metric).to_dict().get("features")
    except GanbenchError:
        named = None
    return str(named or (card.features if card else None) or "none: the samples themselves")


def _columns(card: MetricCard | None, content: Content, metric: str) -> list[dict[str, str]]:
    if card:
        return [
            {
                "name": column.name.replace("_", " "),
                "about": column.about,
                "better": column.better,
                "range": f"{_end(column.low, 'unbounded')} to {_end(column.high, 'unbounded')}",
            }
            for column in card.columns
        ]
    rows = content.results.tidy[content.results.tidy["metric"] == metric].drop_duplicates("score")
    return [
        {"name": row["score"].replace("_", " "), "about": "", "better": row["better"], "range": NOTHING}
        for _, row in rows.iterrows()
    ]


def _end(value: float | None, without: str) -> str:
    return without if value is None else f"{value:g}"


def _protocols(content: Content, metric: str) -> list[str]:
    rows = content.results.leaderboard[content.results.leaderboard["metric"] == metric]
    return sorted({str(protocol) for protocol in rows["protocol"] if protocol})


def _leaders(content: Content, metric: str) -> list[dict[str, Any]]:
    """Return the best model of each board by each of the metric's scores."""
    leaders = []
    for board in content.boards:
        for index, (score, heading) in enumerate(zip(board.grid.scores, board.grid.headings, strict=True)):
            best = [row for row in board.grid.rows if row.cells[index].best]
            best.sort(key=lambda row: merit(row.cells[index].facts["mean"], score["better"]))  # used at once
            if score["metric"] == metric and best:
                whose = [(" + ".join(row.names), row.cells[index].text, _page(content, row.facts)) for row in best]
                leaders.append({"board": board, "score": heading[0], "best": whose})
    return leaders


def _page(content: Content, facts: Any) -> str:
    return content.contender(str(facts["model"]), str(facts["loss"])).page
