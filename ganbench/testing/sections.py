"""Whether a section of the report keeps its contract, whatever stands in the results."""

from __future__ import annotations

import re
import tempfile
from collections.abc import Callable, Sequence
from functools import cached_property
from pathlib import Path
from typing import Any

from ganbench.analysis.tables import results
from ganbench.contracts.sections import Results
from ganbench.schema.choice import Choice
from ganbench.schema.record import Checkpoint, RunRecord, Score, Spent, Status
from ganbench.schema.spec import Budget, RunSpec
from ganbench.testing.kit import Checks, require

WRITE = "ganbench.Section.write"
_HOSTILE = "<script>alert(1)</script>"
_RAW = re.compile(re.escape(_HOSTILE))


class SectionChecks(Checks):
    """What a section must do, on made-up results of two models, three seeds each, one of them failed."""

    @classmethod
    def methods(cls) -> Sequence[Callable[[Any], None]]:
        """Return the checks, in the order in which they are run."""
        return (
            cls.it_writes_files_in_its_folder, cls.nothing_to_show_is_no_complaint, cls.markup_is_escaped,
            cls.results_are_left_as_they_are,
        )  # fmt: skip

    def it_writes_files_in_its_folder(self) -> None:
        """Write returns paths of files that it has written into the folder."""
        self._texts  # noqa: B018  # the check is in the writing

    def nothing_to_show_is_no_complaint(self) -> None:
        """Results without any run give no error."""
        self._written(results([]))

    def markup_is_escaped(self) -> None:
        """Markup in names and reasons is escaped in every page, picture and table that is written."""
        for name, text in self._texts.items():
            if Path(name).suffix in (".html", ".svg", ".md"):
                found = _RAW.search(text)
                require(found is None, f"markup escaped in {name}", "a script as it was given", WRITE)

    def results_are_left_as_they_are(self) -> None:
        """The frames are the same after as before: other sections are given them too."""
        self._texts  # noqa: B018
        fresh = results(self._results.records)
        same = fresh.tidy.equals(self._results.tidy) and fresh.leaderboard.equals(self._results.leaderboard)
        require(same, "frames as they were", "changed ones", "ganbench.Results")

    def _written(self, shown: Results) -> dict[str, str]:
        """Return the text of each file that was written, by name; of pictures in bytes, what can be read of them."""
        section = self.factory.make("report-sections", self.choice)
        with tempfile.TemporaryDirectory() as place:
            folder = Path(place).resolve()
            paths = list(section.write(shown, folder))
            for path in paths:
                require(isinstance(path, Path), "paths", type(path).__name__, WRITE)
                inside = path.is_file() and path.resolve().is_relative_to(folder)
                require(inside, "files in the folder that it was given", path, WRITE)
            return {path.name: path.read_text(errors="replace") for path in paths}

    @cached_property
    def _texts(self) -> dict[str, str]:
        return self._written(self._results)

    @cached_property
    def _results(self) -> Results:
        records = [_record(model, seed) for model in ("first", "second") for seed in range(3)]
        return results([*records, RunRecord(_spec("first", 3), Status.FAILED, f"broke: {_HOSTILE}")])


def _spec(model: str, seed: int) -> RunSpec:
    chosen = Choice.of(model, {"note": _HOSTILE})
    return RunSpec(f"{_HOSTILE}@1", Choice("toy-points"), chosen, None, seed, Budget(updates=9), True, ())


def _record(model: str, seed: int) -> RunRecord:
    score = Score("distance", "distance", 1.0 + seed + len(model), "lower")
    half, whole = (Checkpoint(share, Spent(9, 9, 1.0), (score,)) for share in (0.5, 1.0))
    return RunRecord(_spec(model, seed), Status.DONE, checkpoints=(half, whole), spent=Spent(9, 9, 1.0))
