"""A whole site in a folder: pages, pictures, scripts, data files and badges."""

import json
import shutil
import tempfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor, wait
from functools import partial
from pathlib import Path

from ganbench.analysis.tables import write_tables
from ganbench.errors import ResultsError
from ganbench.registry.catalog import Catalog
from ganbench.report.build import section_cards, strange_sections
from ganbench.report.documents import write_documents
from ganbench.report.notes import Order
from ganbench.report.sections import MANY, write_sections
from ganbench.schema.columns import LEADERBOARD, TIDY
from ganbench.site.assets import write_assets
from ganbench.site.badges import badges
from ganbench.site.board_data import board_data
from ganbench.site.board_table import board_table
from ganbench.site.content import Content, Run
from ganbench.site.data_files import write_data
from ganbench.site.front import front
from ganbench.site.gallery import gallery
from ganbench.site.inputs import digest_of_inputs
from ganbench.site.mark import MARK, Mark, read_mark
from ganbench.site.metric_page import metric_page
from ganbench.site.model_page import model_page
from ganbench.site.pages import Pages
from ganbench.site.run_page import pictures, run_page
from ganbench.storage.gc_pause import gc_frozen, gc_paused
from ganbench.storage.merge import Merged


def publish(
    merged: Merged, catalog: Catalog, out: Path, title: str, baseline: str | None = None, order: Order = "mean"
) -> dict[str, str]:
    """Write the site of runs into a folder; return the reason of each report section that could not be written.

    An earlier site there is replaced, file by file, once the new one is finished: files that would be the same stay as
    they are, and so do those that are not of a site. Where all that the earlier one was made of is the same, nothing
    is done.
    Raises ResultsError for a folder that holds other things than a site or can't be written, BadOptionError for a
    baseline that no run is of.
    """
    _check(out)
    inputs = digest_of_inputs(merged, catalog, (title, baseline, order))
    earlier = read_mark(out)
    if earlier.describes(out, inputs):
        return dict(earlier.broken)
    with gc_paused():
        content = Content(merged, title, baseline, order)
    try:
        out.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=out, prefix=f"{MARK}-") as scratch, gc_frozen():
            folder = Path(scratch) / "site"
            broken = _write(content, catalog, folder)
            names = _replace(folder, out, earlier)
        Mark.of(out, names, inputs, broken).write(out)
    except OSError as error:
        reason = error.strerror or error
        raise ResultsError(f"can't write a site to {str(out)!r}: {reason}; choose another with --out") from None
    return broken


def _replace(new: Path, out: Path, earlier: Mark) -> list[str]:
    """Move a finished site into its place, and take away what the one before had and this one has not.

    Returns the names of its files. The mark lists those of both sites until it is written anew.
    """
    before = {name for name in earlier.files if (out / name).resolve().is_relative_to(out.resolve())}
    names = sorted(path.relative_to(new).as_posix() for path in new.rglob("*") if path.is_file())
    Mark(files=dict.fromkeys(sorted(before | set(names)))).write(out)
    for name in names:
        if not _is_same(new / name, out / name):
            (out / name).parent.mkdir(parents=True, exist_ok=True)
            (new / name).replace(out / name)
    for name in before - set(names):
        (out / name).unlink(missing_ok=True)
    return names


def _is_same(new: Path, old: Path) -> bool:
    if not old.is_file() or old.is_symlink() or old.stat().st_size != new.stat().st_size:
        return False
    return old.read_bytes() == new.read_bytes()


def _check(out: Path) -> None:
    """Raise ResultsError unless a folder is new, empty, or an earlier site."""
    if out.exists() and not out.is_dir():
        raise ResultsError(f"can't write a site to {str(out)!r}: a file is in the way; choose another with --out")
    for left in out.glob(f"{MARK}-*"):  # of a publishing that was killed
        shutil.rmtree(left)
    if out.is_dir() and any(out.iterdir()) and not (out / MARK).exists():
        raise ResultsError(
            f"can't write a site to {str(out)!r}: it holds files that are no site; choose a new folder with --out"
        )


def _write(content: Content, catalog: Catalog, folder: Path) -> dict[str, str]:
    folder.mkdir()
    write_assets(folder / "assets")
    _copy_pictures(content, folder)
    write_tables(content.results, folder / "data")
    write_documents(content.results.leaderboard, folder / "data", content.order)
    write_data(content, folder / "data")
    draw = partial(write_sections, content.results, section_cards(catalog), folder, strange_sections(catalog))
    pages = Pages(folder, content)
    with ThreadPoolExecutor(1) as pool:
        drawing = pool.submit(draw)
        if len(content.runs) < MANY:  # what is drawn in this process gains nothing from a second thread
            wait([drawing])
        _write_pages(content, catalog, pages)
        sections, broken = drawing.result()
    pages.write("plots.html", "plots.html", sections=gallery(sections, catalog, folder), broken=broken)
    return broken


def _write_pages(content: Content, catalog: Catalog, pages: Pages) -> None:
    data = {board.name: board_data(board, content) for board in content.boards}
    tables = {board.name: board_table(board, content) for board in content.boards}
    pages.write("index.html", "index.html", **front(content), tables=tables)
    for board in content.boards:
        pages.write("board.html", board.page, board=board, table=tables[board.name], data=data[board.name])
    for contender in content.contenders:
        pages.write("model.html", contender.page, **model_page(contender, content, catalog, data))
    for run in content.runs:
        pages.write("run.html", run.page, **run_page(run, content, catalog.names("suites")))
    for metric, page in content.metrics.items():
        pages.write("metric.html", page, **metric_page(metric, content, catalog))
    pages.write("compare.html", "compare.html")
    pages.write("data.html", "data.html", leaderboard=LEADERBOARD, tidy=TIDY)
    script = f"window.ganbenchBoards = {json.dumps(list(data.values()))};\n"
    (pages.folder / "assets" / "boards.js").write_text(script, encoding="utf-8")
    for name, words in badges(content.boards):
        pages.write("badge.svg", f"badges/{name}", **words)


def _copy_pictures(content: Content, folder: Path) -> None:
    for run, name in _pictures(content):
        target = folder / "runs" / run.name / name
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(run.folder / name, target)


def _pictures(content: Content) -> Iterator[tuple[Run, str]]:
    for run in content.runs:
        yield from ((run, name) for name in pictures(run))
