"""Cards of the metrics that judge samples by what they were asked for."""

from ganbench import Column, MetricCard

CONDITIONAL = (
    MetricCard(
        "translation",
        make="ganbench_metrics.translation:Translation",
        about="Translations of held-out sources against the true ones, picture by picture.",
        columns=(
            Column("translation_error", "Mean absolute difference, as a share of the range.", "lower", low=0, high=1),
            Column("worst_translation_error", "Of one picture in twenty, or more.", "lower", low=0, high=1),
        ),
        needs=("sources",),
    ),
    MetricCard(
        "cycle",
        make="ganbench_metrics.translation:Cycle",
        about="Sources there and back again: a proxy, which looks at no true translation.",
        columns=(Column("cycle_error", "Mean absolute difference, as a share of the range.", "lower", low=0, high=1),),
        needs=("sources", "translate_back"),
    ),
    MetricCard(
        "condition-variety",
        make="ganbench_metrics.condition_variety:ConditionVariety",
        about="Whether samples of one label or caption differ as real ones do, or are one sample again and again.",
        columns=(
            Column("variety", "Within a condition, over the data's; 0 for one sample each.", "closer to 1", low=0),
        ),
        features="raw",
        needs=("condition",),
    ),
)
