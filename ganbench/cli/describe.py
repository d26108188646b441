"""`ganbench describe`: one thing on offer, with every parameter that it takes."""

from __future__ import annotations

import click


@click.command()
@click.argument("kind")
@click.argument("name")
@click.option("--json", "as_json", is_flag=True, help="JSON on standard output, for machines.")
def describe(kind: str, name: str, as_json: bool) -> None:
    """Describe a model, loss, dataset, feature, metric, suite, executor or report section: KIND and NAME.

    \b
    ganbench describe model dcgan
    ganbench describe loss wasserstein-gp
    ganbench describe metric prdc --json
    ganbench describe suite mnist-all
    """
    import json

    from ganbench.errors import UnknownNameError
    from ganbench.registry.catalog import discover, kinds, singular
    from ganbench.registry.description import describe as described
    from ganbench.report.console import make_console
    from ganbench.report.description import description_text
    from ganbench.schema.choice import Choice
    from ganbench.suites.description import describe_suite

    names = {each: each for each in kinds()} | {singular(each): each for each in kinds()}
    if kind not in names:
        raise UnknownNameError("kind", kind, [singular(each) for each in kinds()])
    catalog, plural = discover(), names[kind]
    if plural == "suites":
        description = describe_suite(catalog, name)
    else:
        description = described(catalog, plural, Choice.parse(name))
    if as_json:
        click.echo(json.dumps(description.to_dict(), indent=2, ensure_ascii=False))
    else:
        make_console().print(description_text(description))
