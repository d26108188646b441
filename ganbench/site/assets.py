"""Scripts and styles inside the site: ours, plotly's, and DataTables as itables bundles it."""

import json
from importlib import resources
from pathlib import Path


def write_assets(folder: Path) -> None:
    """Write everything that pages load, so that they need no network."""
    folder.mkdir(parents=True)
    for source in (resources.files("ganbench.site") / "files").iterdir():
        (folder / source.name).write_bytes(source.read_bytes())
    _write_plotly(folder / "plotly.js")
    _write_tables(folder)


def _write_plotly(path: Path) -> None:
    from plotly.offline import get_plotlyjs

    path.write_text(get_plotlyjs(), encoding="utf-8")


def _write_tables(folder: Path) -> None:
    """Write DataTables as a classic script: browsers load no modules from a page that is opened from the disk."""
    bundle = resources.files("itables") / "html"
    module = (bundle / "dt_bundle.js").read_text(encoding="utf-8")
    style = (bundle / "dt_bundle.css").read_text(encoding="utf-8")
    (folder / "datatables.js").write_text(f"window.dataTablesModule = {json.dumps(module)};\n", encoding="utf-8")
    (folder / "datatables.css").write_text(style, encoding="utf-8")
