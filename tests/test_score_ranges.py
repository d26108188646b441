"""The range of a score: from its column, or from the data that were compared."""

import ganbench
from ganbench.evaluation.comparison import Comparison
from ganbench.evaluation.features import FeatureStore
from ganbench.schema.choice import Choice


class Shares(ganbench.BoundedByData):
    """Three numbers: of one the data bound the upper end, of one the card does, one is unbounded."""

    def score(self, evidence):
        return {"free": 1.0, "share": 0.5, "modes": 3.0}

    def bounds(self, evidence):
        return {"modes": (0, len(evidence.fake.samples))}


def test_a_score_carries_its_range_from_the_card_and_from_the_data(factory_with):
    columns = (
        ganbench.Column("free", "F."),
        ganbench.Column("share", "S.", low=0, high=1),
        ganbench.Column("modes", "M."),
    )
    metric = ganbench.MetricCard("shares", make=Shares, about="Shares.", columns=columns)
    store = FeatureStore(factory_with("shares", metrics=[metric]))
    real = store.real(Choice("digits"), 50)
    scores = Comparison(store, real, real, 0, {}).scores([Choice("shares")])
    assert [(score.lowest, score.highest) for score in scores] == [(None, None), (0, 1), (0.0, 50.0)]


def test_a_metric_whose_bounds_are_nonsense_is_a_missing_score_with_the_reason(factory_with):
    class Odd(Shares):
        def bounds(self, evidence):
            return {"modes": 8}

    columns = (ganbench.Column("modes", "M."),)
    metric = ganbench.MetricCard("odd", make=Odd, about="Odd.", columns=columns)
    store = FeatureStore(factory_with("odd", metrics=[metric]))
    real = store.real(Choice("digits"), 50)
    (score,) = Comparison(store, real, real, 0, {}).scores([Choice("odd")])
    assert score.value is None
    assert score.reason.startswith("TypeError: ")
