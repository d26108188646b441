"""How the source is written: modules, functions and lists of parameters are short, and tests patch no module."""

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
LONGEST_MODULE, LONGEST_FUNCTION, MOST_PARAMETERS = 250, 40, 6  # lines, lines, without those declared as settings
SOURCES = [path for folder in ("ganbench", "plugins", "tests", "benchmarks") for path in (ROOT / folder).rglob("*.py")]


def declared_by_hand(function):
    """Return a function's parameters but for `self` and those that a Setting declares, which are a table of options."""
    given = [*function.args.posonlyargs, *function.args.args, *function.args.kwonlyargs]
    settings = [each for each in given if each.annotation and "Setting(" in ast.unparse(each.annotation)]
    return [each.arg for each in given if each not in settings and each.arg not in ("self", "cls")]


def too_long(source):
    """Return what in a module is longer than the rules allow, a line each."""
    found = [f"{lines} lines"] if (lines := len(source.splitlines())) > LONGEST_MODULE else []
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            lines = node.end_lineno - node.lineno + 1
            found += [f"{node.name}: {lines} lines"] if lines > LONGEST_FUNCTION else []
            parameters = len(declared_by_hand(node))
            found += [f"{node.name}: {parameters} parameters"] if parameters > MOST_PARAMETERS else []
    return found


def test_modules_functions_and_lists_of_parameters_are_short():
    assert {str(path.relative_to(ROOT)): found for path in SOURCES if (found := too_long(path.read_text()))} == {}


def test_what_is_too_long_is_found():
    assert too_long("\n" * 251) == ["251 lines"]
    assert too_long("def long():\n" + "    pass\n" * 40) == ["long: 41 lines"]
    assert too_long("def many(self, a, b, c, d, e, /, f, *, g): ...") == ["many: 7 parameters"]
    assert too_long("def some(a, b, c, d, e, f, g: Annotated[int, Setting('units')] = 1): ...") == []


def patched_globals(source):
    """Return the lines that patch what a module has imported: a test hands in what it changes."""
    tree = ast.parse(source)
    imported = {
        (alias.asname or alias.name).split(".")[0]
        for node in ast.walk(tree)
        if isinstance(node, ast.Import | ast.ImportFrom)
        for alias in node.names
    }
    lines = []
    for node in ast.walk(tree):
        if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)):
            continue
        called, target = ast.unparse(node.func), node.args[0] if node.args else None
        by_name = isinstance(target, ast.Constant | ast.JoinedStr)
        theirs = target is not None and ast.unparse(target).split(".")[0].split("[")[0] in imported
        monkeypatch = called.endswith(("monkeypatch.setattr", "monkeypatch.delattr"))
        mock = called.endswith(("mock.patch", "patch.object", "mock.patch.object"))
        if (monkeypatch or mock) and (by_name or theirs):
            lines.append(f"line {node.lineno}: {ast.unparse(node)}")
    return lines


def test_no_test_changes_a_modules_globals():
    sources = [path for path in SOURCES if path.is_relative_to(ROOT / "tests")]
    assert {path.name: found for path in sources if (found := patched_globals(path.read_text()))} == {}


@pytest.mark.parametrize(
    "code",
    ['monkeypatch.setattr("a.b", 1)', 'monkeypatch.setattr(module, "b", 1)', 'monkeypatch.setattr(Thing, "b", 1)',
     'monkeypatch.delattr("a.b")', 'mock.patch("a.b")', 'mock.patch.object(module.inner, "b")'],
)  # fmt: skip
def test_a_patch_of_what_was_imported_is_found(code):
    assert patched_globals(f"import module\nfrom other import Thing\n{code}")
    assert patched_globals('made = make()\nmonkeypatch.setattr(made, "b", 1)\nmonkeypatch.setenv("A", "b")') == []
