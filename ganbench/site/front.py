"""What the front page says above its tables, and what readers may choose."""

from collections import Counter
from typing import Any

from ganbench.analysis.tables import REFERENCE
from ganbench.report.terminal import missing_lines
from ganbench.schema.record import Status
from ganbench.site.content import Content


def front(content: Content) -> dict[str, Any]:
    """Return what the front page shows besides its tables."""
    records = [run.record for run in content.runs]
    families = {(each.model, each.loss): each.runs[0].record.family for each in content.contenders}
    references = sum(family == REFERENCE for family in families.values())
    statuses = Counter(record.status for record in records)
    started = sorted(record.started for record in records if record.started)
    return {
        "competitors": len(families) - references,
        "references": references,
        "statuses": {status.value: statuses[status] for status in Status},
        "datasets": list(dict.fromkeys(board.grid.board.dataset for board in content.boards)),
        "families": sorted(set(content.results.leaderboard["family"].dropna())),
        "devices": sorted({str(record.environment.get("device", "")) for record in records} - {""}),
        "latest": started[-1][:10] if started else "",
        "missing": missing_lines(content.results.leaderboard),
    }
