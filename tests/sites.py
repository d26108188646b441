"""A small site of real runs and of one with a dangerous name, for the tests of pages."""

from dataclasses import replace

from ganbench.schema.choice import Choice
from ganbench.schema.record import Checkpoint, RunRecord, Score, Spent, Status
from ganbench.schema.spec import Budget, RunSpec
from ganbench.site.publish import publish
from ganbench.storage.merge import merged
from ganbench.storage.store import Store

DANGER = "<script>alert(1)</script>"
DATASETS = ("digits", "ring8")
# by model: loss, family, and the seeds' scores at half of the budget and at its end; lower is better
SCORES = {
    "dcgan": ("hinge", "adversarial", ((9.0, 4.0), (8.0, 5.0), (9.5, 4.5))),
    "cgan": ("non-saturating", "adversarial", ((9.0, 6.0), (9.1, 6.2), (9.2, 6.1))),
    "gmm": (None, "mixture", ((2.0, 2.0), (2.1, 2.1), (2.2, 2.2))),
    DANGER: ("non-saturating", "other", ((30.0, 20.0), (31.0, 21.0), (32.0, 22.0))),
}


def make_record(model, dataset, seed, **changes):
    """Return a done record of a model, as SCORES has it, on the suite quickstart."""
    loss, family, values = SCORES[model]
    metrics = (Choice.parse("fid:features=digits-classifier"),)
    spec = RunSpec(
        "quickstart@3", Choice(dataset), Choice(model), Choice(loss) if loss else None, seed, Budget(updates=100),
        True, metrics,
    )  # fmt: skip
    protocol = {"split": "test", "real": 700, "fake": 700, "features": "digits-classifier", "seed": seed}
    checkpoints = tuple(
        Checkpoint(
            fraction,
            Spent(int(6_400 * fraction), int(100 * fraction), 3.0 * fraction, {"generator": 100}),
            (Score(str(metrics[0]), "fid", value, "lower", protocol=protocol, sampling_deviation=0.1),),
        )
        for fraction, value in zip((0.5, 1.0), values[seed], strict=True)
    )
    record = RunRecord(
        spec, Status.DONE, ended_by="updates", spent=checkpoints[-1].spent, checkpoints=checkpoints, family=family,
        conditional=model == "cgan", parameters={"generator": 1_000 + len(model)}, environment={"device": "cpu"},
        started="2026-11-21T10:00:00+00:00", throughput={"images_per_second": 2_000.0},
        stability={"generator_loss_roughness": 0.2},
    )  # fmt: skip
    return replace(record, **changes)


def write_results(root, records=None):
    """Write records with curves and pictures into a folder of results; return it."""
    import pyarrow as pa
    from PIL import Image

    if records is None:
        records = [make_record(model, dataset, seed) for model in SCORES for dataset in DATASETS for seed in range(3)]
        failed = make_record("dcgan", "digits", 0)
        failed = replace(
            failed, spec=replace(failed.spec, seed=7), status=Status.FAILED, reason="it broke", checkpoints=()
        )
        records.append(failed)
    for record in records:
        folder = Store(root).run(record.key)
        folder.write_record(record)
        if record.status is Status.DONE:
            updates = list(range(1, 101))
            columns = {name: [1.0 / update for update in updates] for name in ("generator_loss", "discriminator_loss")}
            folder.write_curves(pa.table({"update": updates, "images": updates, **columns}))
            shade = 40 * record.spec.seed
            folder.write_picture("samples.png", Image.new("RGB", (64, 64), (shade, 80, 160)).save)
            folder.write_frame(0.5, Image.new("RGB", (64, 64), (80, shade, 160)).save)
    return root


def write_site(root, out, catalog, **options):
    """Publish a folder of results; return what publish returns."""
    with merged([root]) as found:
        return publish(found, catalog, out, options.pop("title", "our leaderboard"), **options)


def shared_site(once, name, catalog, records=None, **options):
    """Return the site of a folder of results, published once for all tests that ask for it by this name."""

    def fill(folder):
        assert write_site(write_results(folder / "results", records), folder / "site", catalog, **options) == {}

    return once(name, fill) / "site"


def rescored(record, *values, better="lower", name="fid", metric=None, **protocol):
    """Return the record with these values at its checkpoints instead, the last at the end."""
    kept = record.checkpoints[-len(values) :]
    made = tuple(
        replace(c, scores=tuple(
            replace(
                s, value=value, better=better, name=name, metric=metric or s.metric, protocol={**s.protocol, **protocol}
            )
            for s in c.scores
        ))
        for c, value in zip(kept, values, strict=True)
    )  # fmt: skip
    return replace(record, checkpoints=made)


def joined(record, other):
    """Return the record with another's scores besides its own."""
    pairs = zip(record.checkpoints, other.checkpoints, strict=True)
    return replace(record, checkpoints=tuple(replace(one, scores=one.scores + two.scores) for one, two in pairs))


def respec(record, **changes):
    return replace(record, spec=replace(record.spec, **changes))


def costing(record, seconds, images=6_400):
    spent = Spent(images, 100, seconds)
    checkpoints = (*record.checkpoints[:-1], replace(record.checkpoints[-1], spent=spent))
    return replace(record, spent=spent, checkpoints=checkpoints)


def seeds_of(model, dataset="digits", count=3):
    return [make_record(model, dataset, seed) for seed in range(count)]


def of_values(model, values, better="lower", **more):
    """Return a record a value, of the end alone, the seeds counted from 0."""
    record = make_record(model, "digits", 0)
    return [rescored(respec(record, seed=seed), value, better=better, **more) for seed, value in enumerate(values)]
