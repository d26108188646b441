"""What there is to know of a suite: what it runs on what, how long, from which seeds, and what is measured."""

from collections.abc import Iterable, Iterator
from dataclasses import replace

from ganbench.registry.catalog import Catalog
from ganbench.registry.description import Description, describe
from ganbench.schema.choice import Choice, settings_text
from ganbench.schema.spec import Entry, Suite
from ganbench.suites.toml import find_suite

_EVERYWHERE = ("*",)


def describe_suite(catalog: Catalog, wanted: str) -> Description:
    """Describe the suite of that name, or the one in the file of that path; raises what find_suite raises."""
    suite = find_suite(wanted, catalog)
    offered = wanted in catalog.names("suites")
    plain = describe(catalog, "suites", Choice(wanted)) if offered else _in_file(suite, wanted)
    return replace(plain, facts=tuple(_facts(suite)), entries=tuple(map(_entry, suite.entries)))


def _in_file(suite: Suite, path: str) -> Description:
    return Description("suites", suite.name, suite.about, path, "")


def _facts(suite: Suite) -> Iterator[tuple[str, str]]:
    yield "version", str(suite.version)
    yield "datasets", _list(suite.datasets)
    yield "budget of a run", str(suite.budget)
    yield "seeds", _list(suite.seeds)
    if suite.metrics:
        yield "metrics", _list(suite.metrics)
    for datasets, metrics in suite.metrics_on:
        yield f"metrics on {datasets}", _list(metrics)
    yield "samples of a side", f"at most {suite.samples:,}, and two fifths of the held-out ones"
    yield "scored after", f"{_list(f'{100 * fraction:g}%' for fraction in suite.checkpoints)} of the budget"
    if suite.halves:
        yield "random halves scored besides", str(suite.halves)
    if suite.precision != "fp32":
        yield "precision", suite.precision
    if suite.stopping:
        yield "ends early by", str(suite.stopping)


def _entry(entry: Entry) -> str:
    """Return a line: a model and its loss, then what is replaced of the recipe, and where it is run."""
    notes = [settings_text(dict(entry.recipe))] if entry.recipe else []
    if entry.datasets != _EVERYWHERE:
        notes.append(f"on {_list(entry.datasets)}")
    if entry.without:
        notes.append(f"without {_list(entry.without)}")
    return "; ".join([" + ".join(map(str, filter(None, (entry.model, entry.loss)))), *notes])


def _list(items: Iterable[object]) -> str:
    return ", ".join(map(str, items))
