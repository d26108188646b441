"""The cards of scores of scenes and their captions."""

from ganbench import Column, MetricCard


def alignment_columns(name: str) -> tuple[Column, ...]:
    """Return the columns of a score of captions."""
    floor, ceiling = "Of all, by captions in random order: the floor.", "Of all, in real samples: the ceiling."
    return (
        Column(name, "Of all that captions say, the share that is in the pictures.", low=0, high=1),
        Column(f"{name}_whole", "Captions of which everything is in the picture.", low=0, high=1),
        Column(f"{name}_shape", "Of shapes named.", low=0, high=1, optional=True),
        Column(f"{name}_colour", "Of colours named.", low=0, high=1, optional=True),
        Column(f"{name}_size", "Of sizes named.", low=0, high=1, optional=True),
        Column(f"{name}_relation", "Of places of one object seen from another.", low=0, high=1, optional=True),
        Column(f"{name}_count", "Captions with as many objects as the picture.", low=0, high=1, optional=True),
        Column(f"{name}_digit", "Of digits named.", low=0, high=1, optional=True),
        Column(f"{name}_thickness", "Of strokes named thin, regular or thick.", low=0, high=1, optional=True),
        Column(f"{name}_slant", "Of slants named.", low=0, high=1, optional=True),
        Column(f"{name}_floor", floor, low=0, high=1),
        Column(f"{name}_ceiling", ceiling, low=0, high=1),
    )


SCENE_METRICS = (
    MetricCard(
        "alignment",
        make="ganbench_metrics.alignment:Alignment",
        about="Whether pictures show what their captions say, factor by factor, as a recogniser reads them.",
        columns=alignment_columns("alignment"),
        features="shapes-factors",
        needs=("captions", "dataset"),
    ),
    MetricCard(
        "composition",
        make="ganbench_metrics.alignment:Composition",
        about="The same on captions of what training never showed together, such as a shape in a colour.",
        columns=alignment_columns("composition"),
        features="shapes-factors",
        needs=("captions", "dataset"),
    ),
    MetricCard(
        "scene-modes",
        make="ganbench_metrics.scene_modes:SceneModes",
        about="Whole scenes, different scenes, and kinds of objects with their balance, as a recogniser reads them.",
        columns=(
            Column("scenes_whole", "Scenes of clear objects alone, not too many.", low=0, high=1),
            Column("scenes_captured", "Different scenes among the whole ones.", low=0),
            Column("objects_captured", "Kinds of objects that come up: shape, colour, size and place.", low=0),
            Column("object_kl", "From the kinds of objects to equal shares, in nats.", "lower", low=0),
            Column("objects_held_out", "Objects of pairs that training never showed.", "lower", low=0, high=1),
        ),
        features="shapes-factors",
        needs=("dataset",),
    ),
)
