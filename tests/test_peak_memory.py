"""What is measured of a model's memory: a process of its own, its peak, and a limit that is held against it."""

import subprocess
import sys
from pathlib import Path

import pytest

SCRIPT = Path(__file__).parent.parent / "benchmarks" / "peak_memory.py"


def measured(*arguments):
    return subprocess.run([sys.executable, SCRIPT, *arguments], capture_output=True, text=True, check=False)


@pytest.mark.slow
def test_a_table_names_models_above_the_limit_and_those_that_fail(tmp_path):
    page = tmp_path / "README.md"
    page.write_text("# Memory\n\n<!-- measured -->\n\n| old |\n")
    found = measured(str(page), "--limit", "0.05", "--updates", "1", "mlp-gan@ring8", "pixelcnn@ring8")
    *_, above, failed = page.read_text().splitlines()
    name, data, batch, trained, sampled, fits = (cell.strip() for cell in above.strip("|").split("|"))
    assert (name, data, batch, fits) == ("`mlp-gan`", "ring8", "128", "no")
    assert 0.05 < float(trained) <= float(sampled) < 2
    assert failed.startswith("| `pixelcnn` | ring8 | | | | failed: ")
    assert "images" in failed
    assert page.read_text().startswith("# Memory\n\n<!-- measured -->\n\n| model |")
    assert "old" not in page.read_text()
    assert found.returncode == 1
