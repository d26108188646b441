"""The example notebook runs from top to bottom, and shows what its readers are promised."""

import os
from pathlib import Path

import pytest

NOTEBOOK = Path(__file__).parent.parent / "results" / "notebook.ipynb"


@pytest.mark.slow
@pytest.mark.filterwarnings("default")  # those of the kernel's own libraries
def test_the_example_notebook_runs_and_shows_tables_figures_and_progress(tmp_path, monkeypatch):
    nbformat = pytest.importorskip("nbformat")
    nbclient = pytest.importorskip("nbclient")
    pytest.importorskip("ipykernel")
    monkeypatch.setenv("IPYTHONDIR", str(tmp_path / "ipython"))
    monkeypatch.setitem(os.environ, "OMP_NUM_THREADS", "1")
    notebook = nbformat.read(NOTEBOOK, as_version=4)
    client = nbclient.NotebookClient(notebook, timeout=120, resources={"metadata": {"path": str(tmp_path)}})
    client.execute()
    shown = [[data for output in cell.get("outputs", ()) if (data := output.get("data"))] for cell in notebook.cells]
    html = "".join(data.get("text/html", "") for cell in shown for data in cell)
    assert "all runs" in html  # progress
    assert "<caption>ring8 – quickstart@" in html
    assert "fake against real" in html
    assert sum("image/png" in data for cell in shown for data in cell) == 2
