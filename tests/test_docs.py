"""The documents can't drift: each of their blocks is run, or read by what would read it."""

import configparser
import re
import shlex
import shutil
import tomllib
from pathlib import Path

import pytest
from click.testing import CliRunner

from ganbench.cli import main
from ganbench.registry.catalog import discover
from ganbench.suites.expand import expand
from ganbench.suites.toml import read_suite

ROOT = Path(__file__).parent.parent
README, REFERENCE = ROOT / "README.md", ROOT / "plugins" / "README.md"
GUIDE, CONTRIBUTING = ROOT / "results" / "GUIDE.md", ROOT / ".github" / "CONTRIBUTING.md"
ARCHITECTURE = ROOT / "ganbench" / "ARCHITECTURE.md"


def blocks(path, language):
    return re.findall(rf"^```{language}\n(.*?)^```", path.read_text(), re.MULTILINE | re.DOTALL)


def commands():
    lines = "".join(blocks(README, "bash") + blocks(GUIDE, "bash")).splitlines()
    plain = (re.sub(r"\s{2,}#.*", "", line) for line in lines)
    return list(dict.fromkeys(command.strip() for line in plain for command in line.split("&&")))


def ganbench(line):
    result = CliRunner().invoke(main, shlex.split(line.removeprefix("ganbench ")))
    if result.exception and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result


@pytest.fixture
def finished(once, tmp_path):
    """The key of a run whose results are in the working directory."""

    def fill(folder):
        line = f"run --dataset digits --model vanilla --budget updates=3 --seeds 1 --results {folder / 'results'}"
        assert ganbench(line).exit_code == 0

    shutil.copytree(once("documented", fill) / "results", tmp_path / "ganbench-results")
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


@pytest.mark.slow
@pytest.mark.parametrize("command", [c for c in commands() if re.match(r"ganbench run\b", c)])
def test_every_run_in_the_readme_can_be_run(command, photos, tiny_mnist_root, monkeypatch):
    if "--data-root" not in command:
        monkeypatch.setenv("GANBENCH_DATA", str(tiny_mnist_root))
    if "image-folder" in command:
        monkeypatch.delenv("GANBENCH_DATA")
    # two models of a suite will do: each is built and trained at every shape elsewhere
    few = "" if "--model" in command else " --model vanilla,pixel-gaussian"
    result = ganbench(command + few + ("" if "--dry-run" in command else " --dry-run"))
    assert result.exit_code == 0, result.output
    assert "fails:" not in result.stdout


@pytest.mark.slow
@pytest.mark.parametrize("command", [c for c in commands() if re.match(r"ganbench (?!run\b)", c)])
def test_every_other_command_in_the_readme_works(command, finished):
    assert ganbench(re.sub(r"\bKEY\b", finished, command)).exit_code == 0


def test_the_commands_that_install_and_test_are_the_ones_that_ci_runs():
    script = (ROOT / ".ci" / "run").read_text()
    assert commands()[:4] == ["pip install .", "ganbench run", "pip install '.[test]'", "pytest"]
    for part in ("pip install --quiet . ", "ganbench run --results", "pip install --quiet '.[test]'", "\npytest\n"):
        assert part in script


def test_the_readme_names_every_tox_factor_and_the_workflow_runs_every_environment():
    settings = configparser.ConfigParser()
    settings.read(ROOT / "tox.ini")
    environments = settings["tox"]["env_list"].replace("\n", ",").split(", ")
    factors = {factor for name in environments for factor in name.split("-")}
    table = README.read_text().split("| factor |")[1].split("\n\n")[0]
    named = {name for row in re.findall(r"^\| (.*?) \|", table, re.MULTILINE) for name in re.findall(r"`(\w+)`", row)}
    assert named == factors
    workflow = (ROOT / ".github" / "workflows" / "ci.yml").read_text()
    assert set(re.findall(r"env: ([\w-]+)", workflow) + re.findall(r"tox run -e (\w[\w-]*)", workflow)) == set(
        environments
    )
    assert {name.removeprefix("testenv:") for name in settings if name.startswith("testenv:")} <= set(environments)
    bounds = re.findall(r'"(torch|numpy|pandas)>=([\d.]+)"', (ROOT / "pyproject.toml").read_text())
    assert all(version in table for _, version in bounds)


@pytest.mark.slow
@pytest.mark.parametrize("code", blocks(README, "python") + blocks(GUIDE, "python") + blocks(REFERENCE, "python"))
def test_every_python_block_runs(code, finished, install, factory):
    namespace = {"__name__": "a_block"}
    exec(compile(code, "block", "exec"), namespace)
    if "offer_models" in namespace:
        found = discover([install("block", offer_models=namespace["offer_models"])])
        assert found.names("models")
        assert not found.broken


def test_the_readmes_model_keeps_its_contract(factory_with):
    from ganbench.testing import check_model

    code = next(code for code in blocks(README, "python") if "GreyGaussian" in code)
    namespace = {"__name__": "a_block"}
    exec(compile(code, "block", "exec"), namespace)
    check_model("grey-gaussian", "digits", factory=factory_with("block", models=namespace["offer_models"]()))


def test_the_references_gan_and_loss_keep_their_contracts(factory_with):
    import ganbench
    from ganbench.testing import check_loss, check_model

    namespace = {"__name__": "a_block"}
    for code in blocks(REFERENCE, "python"):
        exec(compile(code, "block", "exec"), namespace)

    model = ganbench.ModelCard("my-gan", make=namespace["MyGAN"], about="From the reference.", loss="hinge-two")
    loss = ganbench.LossCard("hinge-two", make=namespace["Hinge"], about="From the reference.")
    factory = factory_with("block", models=[model], losses=[loss])
    check_loss("hinge-two", factory)
    check_model("my-gan", "digits", factory=factory)
    check_model("dcgan:width=4", "digits", loss="hinge-two", factory=factory)


def test_the_guides_suite_is_one(tmp_path, catalog):
    suites = [text for text in blocks(GUIDE, "toml") if "[[entries]]" in text]
    for text in suites:
        (tmp_path / "mine.toml").write_text(text)
        assert expand(read_suite(tmp_path / "mine.toml"), catalog)
    assert len(suites) == 1


@pytest.mark.parametrize("text", blocks(README, "toml") + blocks(GUIDE, "toml") + blocks(REFERENCE, "toml"))
def test_every_toml_block_is_toml(text):
    assert tomllib.loads(text)


def test_every_suite_of_the_guide_is_on_offer_and_every_one_on_offer_is_in_the_guide(catalog):
    listed = re.findall(r"^\| `([\w-]+)` \| ", GUIDE.read_text().split("## Running")[1].split("```")[0], re.MULTILINE)
    assert sorted(listed) == sorted(catalog.names("suites"))


def test_every_link_leads_somewhere():
    for path in (README, GUIDE, REFERENCE, CONTRIBUTING, ARCHITECTURE, ROOT / "results" / "README.md"):
        for target in re.findall(r"\]\(([^)#]+)\)", path.read_text()):
            assert target.startswith("https://") or (path.parent / target).exists(), f"{path.name}: {target}"


def test_the_architecture_names_every_room_and_draws_no_arrow_that_is_not_allowed():
    from test_rules import ROOMS

    text = ARCHITECTURE.read_text()
    folders = [room for room in ROOMS if (ROOT / "ganbench" / room).is_dir()]
    assert set(re.findall(r"^\| `(\w+)` \|", text, re.MULTILINE)) == set(folders)
    arrows = re.findall(r"^    (\w+) --> (\w+)$", text, re.MULTILINE)
    assert len(arrows) > 10
    assert all(below in ROOMS[above] for above, below in arrows)


def test_the_models_and_losses_of_the_guide_are_those_on_offer(catalog):
    text = GUIDE.read_text().split("## Models and objectives")[1].split("\n## ")[0]
    own = {card.name for card, plugin in catalog.cards("models") if plugin.distribution == "ganbench"}
    assert set(re.findall(r"^\| `([\w-]+)` \|", text, re.MULTILINE)) == own
    losses = {card.name for card, plugin in catalog.cards("losses") if plugin.distribution == "ganbench"}
    assert losses <= set(re.findall(r"`([\w-]+)`", text))
