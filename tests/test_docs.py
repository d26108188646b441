"""The documents can't drift: each of their blocks is run, or read by what would read it."""

import re
import shlex
import tomllib
from pathlib import Path

import pytest
from click.testing import CliRunner

from ganbench.cli import main
from ganbench.plugins import discover
from ganbench.suites import expand, read_suite

ROOT = Path(__file__).parent.parent
README, REFERENCE = ROOT / "README.md", ROOT / "plugins" / "README.md"


def blocks(path, language):
    return re.findall(rf"^```{language}\n(.*?)^```", path.read_text(), re.MULTILINE | re.DOTALL)


def commands():
    lines = "".join(blocks(README, "bash")).splitlines()
    return [command.strip() for line in lines for command in line.split("&&")]


def ganbench(line):
    result = CliRunner().invoke(main, shlex.split(line.removeprefix("ganbench ")))
    if result.exception and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result


@pytest.fixture
def finished(tmp_path):
    """The key of a run whose results are in the working directory."""
    assert ganbench("run --dataset digits --model vanilla --budget updates=3 --seeds 1").exit_code == 0
    (folder,) = tmp_path.glob("ganbench-results/runs/*")
    return folder.name


@pytest.fixture
def photos(tmp_path):
    """A folder of class folders in the working directory."""
    from PIL import Image

    for name in ("cats", "dogs"):
        (tmp_path / "photos" / name).mkdir(parents=True)
        for index in range(3):
            Image.new("RGB", (40, 40), (80 * index, 0, 0)).save(tmp_path / "photos" / name / f"{index}.png")


@pytest.mark.parametrize("command", [c for c in commands() if c.startswith("ganbench run")])
def test_every_run_in_the_readme_can_be_run(command, photos, tiny_mnist_root, monkeypatch):
    if "--data-root" not in command:
        monkeypatch.setenv("GANBENCH_DATA", str(tiny_mnist_root))
    if "image-folder" in command:
        monkeypatch.delenv("GANBENCH_DATA")
    result = ganbench(command + ("" if "--dry-run" in command else " --dry-run"))
    assert result.exit_code == 0, result.output
    assert "fails:" not in result.stdout


@pytest.mark.parametrize("command", [c for c in commands() if re.match("ganbench (?!run)", c)])
def test_every_other_command_in_the_readme_works(command, finished):
    assert ganbench(re.sub(r"\bKEY\b", finished, command)).exit_code == 0


def test_the_commands_that_install_and_test_are_the_ones_that_ci_runs():
    script = (ROOT / ".ci" / "run").read_text()
    first = [command for command in commands() if not command.startswith("ganbench publish")]
    assert first[:4] == ["pip install .", "ganbench run", "pip install '.[test]'", "pytest"]
    for part in ("pip install --quiet . ", "ganbench run --results", "pip install --quiet '.[test]'", "\npytest\n"):
        assert part in script


def test_the_tox_environments_of_the_readme_are_there():
    tox = (ROOT / "tox.ini").read_text()
    for name in ("py311", "py312", "py313", "lint", "type", "door", "docs"):
        assert f"`{name}`" in README.read_text()
        assert re.search(rf"env_list = .*\b{name}\b", tox)


@pytest.mark.parametrize("code", blocks(README, "python") + blocks(REFERENCE, "python"))
def test_every_python_block_runs(code, finished, install, bench):
    namespace = {"__name__": "a_block"}
    exec(compile(code, "block", "exec"), namespace)
    if "offer_models" in namespace:
        found = discover([install("block", offer_models=namespace["offer_models"])])
        assert found.names("models")
        assert not found.broken


def test_the_readmes_model_keeps_its_contract(install, bench):
    from importlib import metadata

    from ganbench.testing import check_model
    from ganbench.workbench import Workbench

    code = next(code for code in blocks(README, "python") if "GreyGaussian" in code)
    namespace = {"__name__": "a_block"}
    exec(compile(code, "block", "exec"), namespace)
    own = install("block", offer_models=namespace["offer_models"])
    catalog = discover([*metadata.entry_points(group="ganbench"), own])
    check_model("grey-gaussian", "digits", bench=Workbench(catalog, "cpu", bench.source))


def test_the_references_gan_and_loss_keep_their_contracts(install, bench):
    from importlib import metadata

    import ganbench
    from ganbench.testing import check_loss, check_model
    from ganbench.workbench import Workbench

    namespace = {"__name__": "a_block"}
    for code in blocks(REFERENCE, "python")[1:]:
        exec(compile(code, "block", "exec"), namespace)

    @ganbench.hookimpl
    def offer_models():
        yield ganbench.ModelCard("my-gan", make=namespace["MyGAN"], about="From the reference.", loss="hinge-two")

    @ganbench.hookimpl
    def offer_losses():
        yield ganbench.LossCard("hinge-two", make=namespace["Hinge"], about="From the reference.")

    own = install("block", offer_models=offer_models, offer_losses=offer_losses)
    catalog = discover([*metadata.entry_points(group="ganbench"), own])
    bench = Workbench(catalog, "cpu", bench.source)
    check_loss("hinge-two", bench)
    check_model("my-gan", "digits", bench=bench)
    check_model("dcgan:width=4", "digits", loss="hinge-two", bench=bench)


def test_the_readmes_suite_is_one(tmp_path, catalog):
    suites = [text for text in blocks(README, "toml") if "[[entries]]" in text]
    for text in suites:
        (tmp_path / "mine.toml").write_text(text)
        assert expand(read_suite(tmp_path / "mine.toml"), catalog)
    assert len(suites) == 1


@pytest.mark.parametrize("text", blocks(README, "toml") + blocks(REFERENCE, "toml"))
def test_every_toml_block_is_toml(text):
    assert tomllib.loads(text)


def test_every_suite_of_the_readme_is_on_offer_and_every_one_on_offer_is_in_the_readme(catalog):
    listed = re.findall(r"^\| `([\w-]+)` \| ", README.read_text().split("## Running")[1].split("```")[0], re.MULTILINE)
    assert sorted(listed) == sorted(catalog.names("suites"))


def test_every_link_leads_somewhere():
    for path in (README, REFERENCE, ROOT / "results" / "README.md"):
        for target in re.findall(r"\]\(([^)#]+)\)", path.read_text()):
            assert target.startswith("https://") or (path.parent / target).exists(), f"{path.name}: {target}"
