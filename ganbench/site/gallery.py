"""The page of report sections: whatever a plugin writes appears, shown where a browser can show it."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from ganbench.registry.catalog import Catalog

_KINDS = {
    "picture": (".png", ".svg", ".gif", ".jpg", ".jpeg", ".webp"),
    "text": (".txt", ".md", ".csv", ".json"),
    "page": (".html",),
}
_LONGEST = 100_000  # characters of a text that a page shows


def gallery(sections: Mapping[str, Sequence[Path]], catalog: Catalog, folder: Path) -> list[dict[str, Any]]:
    """Return each section with its files: pictures, texts, pages of its own, and whatever else as links."""
    shown = []
    for name, paths in sections.items():
        whole = [path.resolve() for path in paths if path.is_file()]
        inside = [path for path in whole if path.is_relative_to(folder.resolve())]
        if inside:
            card = catalog.get("report-sections", name)
            files = [_file(path, inside, folder.resolve()) for path in inside if not _twin(path, inside)]
            shown.append({"name": name.replace("-", " "), "about": card.about, "files": files})
    return shown


def _twin(path: Path, others: Sequence[Path]) -> bool:
    """Tell whether a picture for printing is another one's twin for screens, which has a link to it."""
    return path.suffix == ".svg" and path.with_suffix(".png") in others


def _file(path: Path, others: Sequence[Path], folder: Path) -> dict[str, Any]:
    suffix = path.suffix.lower()
    kind = next((kind for kind, suffixes in _KINDS.items() if suffix in suffixes), "other")
    drawing = path.with_suffix(".svg")
    return {
        "path": path.relative_to(folder).as_posix(),
        "kind": kind,
        "about": path.stem.replace("-", " "),
        "text": path.read_text(encoding="utf-8", errors="replace")[:_LONGEST] if kind == "text" else "",
        "drawing": drawing.relative_to(folder).as_posix() if suffix == ".png" and drawing in others else "",
    }
