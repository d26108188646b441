"""Our EM beside scikit-learn's, and what must never happen to a mixture: that a component collapses."""

import itertools
import warnings
from dataclasses import replace
from typing import get_args

import numpy as np
import pytest
import torch
from torch.distributions import Categorical, MixtureSameFamily, MultivariateNormal, Normal

from ganbench.contracts.datasets import Batch
from ganbench.contracts.models import Task
from ganbench.errors import BadOptionError, UnfitError
from ganbench.testing import check_model
from ganbench_models.gmm import GMM
from ganbench_models.mixture import Covariance, Mixture
from ganbench_models.mixture_em import chunks, log_density, start, step

COVARIANCES = get_args(Covariance)
KINDS = pytest.mark.parametrize("kind", COVARIANCES)
DTYPES = pytest.mark.parametrize("dtype", [torch.float32, torch.float64], ids=["single", "double"])


def seeded(seed=0):
    return torch.Generator().manual_seed(seed)


def overlapping(n=3_000, d=6):
    """Return samples of three Gaussians that overlap, of unequal weights and shapes."""
    generator = seeded(5)
    chosen = torch.multinomial(torch.tensor([0.7, 0.25, 0.05]), n, replacement=True, generator=generator)
    turns, centres = torch.randn(3, d, d, generator=generator), 1.5 * torch.randn(3, d, generator=generator)
    return centres[chosen] + (torch.randn(n, 1, d, generator=generator) @ turns[chosen])[:, 0]


def uneven(kind, data):
    """Return three components on the first samples, with unequal weights and covariances that are not round."""
    d, variance = data.shape[1], data.double().var(dim=0).mean()
    mixing = torch.randn(3, d, d, generator=seeded(7), dtype=torch.float64)
    full = variance * (torch.eye(d) + 0.2 * mixing @ mixing.mT / d) * torch.tensor([1.0, 2.0, 4.0])[:, None, None]
    whole, deviations = torch.linalg.cholesky(full), full.diagonal(dim1=1, dim2=2).sqrt()
    factors = {"full": whole, "tied": whole[1], "diag": deviations, "spherical": deviations[:, 0]}[kind]
    return Mixture(kind, torch.tensor([0.6, 0.3, 0.1], dtype=torch.float64), data[:3].double(), factors)


def by_scikit_learn(data, mixture, steps):
    from sklearn.mixture import GaussianMixture

    triangular = mixture.kind in ("full", "tied")
    precisions = torch.cholesky_inverse(mixture.factors) if triangular else 1 / mixture.covariances()
    given = {"weights": mixture.weights, "means": mixture.means, "precisions": precisions}
    given = {f"{name}_init": part.numpy() for name, part in given.items()}
    theirs = GaussianMixture(3, covariance_type=mixture.kind, tol=0.0, max_iter=steps, **given)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it did not converge, as it was asked
        return theirs.fit(data.double().numpy())


@KINDS
@DTYPES
@pytest.mark.parametrize(("scale", "offset"), [(1.0, 0.0), (1.0, 1_000.0), (0.01, 0.0)])
def test_the_same_start_and_steps_reach_scikit_learns_likelihood(scale, offset, dtype, kind):
    data = overlapping() * scale + offset
    ours, double = uneven(kind, data), dtype == torch.float64
    for steps in range(1, 21):
        ours, likelihood = step(data.to(dtype), ours, 1e-6)
        if steps in (1, 5, 20):
            theirs = by_scikit_learn(data, uneven(kind, data), steps)
            assert likelihood == pytest.approx(theirs.lower_bound_, rel=1e-6 if double else 1e-4)
    near, spread = (1e-5 if double else 1e-2), data.std().item()
    assert np.allclose(ours.weights, theirs.weights_, rtol=0, atol=near)
    assert np.allclose(ours.means, theirs.means_, rtol=0, atol=near * spread)
    assert np.allclose(ours.covariances(), theirs.covariances_, rtol=0, atol=near * spread**2)


@KINDS
@DTYPES
def test_several_chunks_of_samples_and_blocks_of_columns_reach_it_too(dtype, kind):
    data = overlapping(9_500) @ torch.randn(6, 120, generator=seeded(1)) + torch.randn(9_500, 120, generator=seeded(2))
    assert len(list(chunks(data))) > 1
    ours, double = uneven(kind, data), dtype == torch.float64
    for _ in range(3):
        ours, likelihood = step(data.to(dtype), ours, 1e-6)
    theirs = by_scikit_learn(data, uneven(kind, data), 3)
    assert likelihood == pytest.approx(theirs.lower_bound_, rel=1e-6 if double else 1e-4)
    assert np.allclose(ours.means, theirs.means_, rtol=0, atol=(1e-5 if double else 1e-2) * data.std().item())


def test_the_e_step_takes_the_logarithm_of_the_weights():
    # in one place: a sample's share is the weight alone, and the evidence is one normal's
    weights, data = torch.tensor([0.9, 0.1]).double(), torch.tensor([[0.5], [-1.0]]).double()
    mixture = Mixture("spherical", weights, torch.zeros(2, 1).double(), torch.ones(2).double())
    after, likelihood = step(data, mixture, 1e-6)
    assert after.weights.tolist() == pytest.approx([0.9, 0.1])
    assert likelihood == pytest.approx(Normal(0.0, 1.0).log_prob(data).mean().item(), rel=1e-6)


DEGENERATE = {
    "fewer places than components": torch.tensor([[0.0, 0, 1], [1, 0, 1], [0, 3, 1]]).repeat(20, 1),
    "one place": torch.ones(12, 3),
    "a line far out": torch.linspace(0, 1e4, 50)[:, None] * torch.tensor([1.0, 2, 3]) + 1e5,
    "a copied column and a large one": overlapping(200, 3)[:, [0, 0, 1]] * torch.tensor([1.0, 1, 1e4]),
    "as many components as samples": overlapping(6, 3),
}


@pytest.mark.parametrize("floor", [1e-6, 1e-2])
@pytest.mark.parametrize("data", DEGENERATE.values(), ids=DEGENERATE)
@DTYPES
@KINDS
def test_no_component_collapses(kind, dtype, data, floor):
    mixture, spread = start(data.to(dtype), kind, 6, floor, seeded()), data.double().var(dim=0).max().item()
    for _ in range(10):
        mixture, likelihood = step(data.to(dtype), mixture, floor)
        parts = (torch.tensor(likelihood), mixture.weights, mixture.means, mixture.factors)
        assert all(part.isfinite().all() for part in parts)
        found = mixture.covariances()
        smallest = (torch.linalg.eigvalsh(found) if kind in ("full", "tied") else found).min().item()
        assert smallest >= 0.49 * floor - 1e-13 * spread  # eigenvalues are known no better
    assert log_density(data, mixture).isfinite().all()


@KINDS
def test_a_component_without_samples_stays_where_it_was(kind):
    data = overlapping()
    lost = torch.cat([data[:2], torch.full((1, 6), 1e4)]).double()
    after, _ = step(data, replace(uneven(kind, data), means=lost), 1e-6)
    assert torch.allclose(after.means[2], lost[2])
    assert after.weights[2] < 1e-10


@KINDS
def test_samples_that_are_not_finite_are_an_error(kind):
    data = overlapping(50, 2).index_fill(0, torch.tensor([7]), torch.nan)
    with pytest.raises(ArithmeticError, match="not finite; are there samples that are not"):
        start(data, kind, 3, 1e-6, seeded())


def fitted(data, **settings):
    model = GMM(Task(tuple(data.shape[1:]), 0, "cpu", len(data), 0), **settings)
    parts = (Batch(part, torch.zeros(len(part), dtype=torch.int64)) for part in itertools.cycle(data.split(100)))
    return model, [terms["negative_log_likelihood_loss"].item() for terms in model.fit(parts)]


def in_data_space(model):
    """Return the Gaussians that a model's state says it is: weights (k,), means (k, d), covariances (k, d, d)."""
    state = {name: part.double() for name, part in model.state_dict().items()}
    mixture = Mixture(model.covariance, state["weights"], means := state["means"], state["factors"])
    k, r = means.shape
    matrices = mixture.blurred(torch.zeros(r, r)).covariances().expand(k, r, r)
    if model.pca:
        means = state["centre"] + means @ state["axes"]
        matrices = state["axes"].T @ matrices @ state["axes"] + state["residual"].diag()
    return mixture.weights, means, matrices


@KINDS
@pytest.mark.parametrize("pca", [0, 1, 3, 6])
def test_the_density_is_that_of_the_mixture_and_of_what_is_drawn(pca, kind):
    data = overlapping(500)
    model, _ = fitted(data, components=3, pca=pca, covariance=kind, steps=4)
    weights, means, matrices = in_data_space(model)
    truth = MixtureSameFamily(Categorical(weights), MultivariateNormal(means, matrices))
    assert torch.allclose(model.log_prob(data), truth.log_prob(data.double()), rtol=1e-5, atol=1e-5)
    assert model.log_prob(data[:0]).shape == (0,)
    samples, apart = model.sample(50_000, seeded()).double(), means - truth.mean
    spread = (weights[:, None, None] * (matrices + apart[:, :, None] * apart[:, None, :])).sum(0)
    assert torch.allclose(samples.mean(0), truth.mean, atol=0.1)
    assert torch.allclose(torch.cov(samples.T), spread, rtol=0.05, atol=0.02 * spread.diagonal().max().item())


@KINDS
@DTYPES
def test_the_likelihood_yielded_is_the_mean_log_density_before_the_step(dtype, kind):
    settings = {"components": 4, "covariance": kind, "double": dtype == torch.float64}
    (before, _), (_, losses) = (fitted(overlapping(), **settings, steps=steps) for steps in (2, 3))
    assert -before.log_prob(overlapping()).mean().item() == pytest.approx(losses[-1], rel=1e-5)
    assert before.dtype == dtype


@KINDS
@DTYPES
def test_the_likelihood_never_falls_and_components_take_no_turns(dtype, kind):
    data, double = torch.cat([overlapping(300), 100 + overlapping(600)]), dtype == torch.float64
    model, losses = fitted(data, components=5, covariance=kind, double=double)
    gains = [before - after for before, after in itertools.pairwise(losses)]
    assert all(gain >= 1e-3 for gain in gains[:-1])
    assert -1e-5 < gains[-1] < 1e-3  # which ends it
    shares = [(part > 50).float().mean().item() for part in model.sample(10_000, seeded())[:, 0].split(5_000)]
    assert shares == pytest.approx([2 / 3, 2 / 3], abs=0.03)


def test_principal_components_and_what_they_leave_out_are_those_of_scikit_learn():
    from sklearn.decomposition import PCA

    model, _ = fitted(overlapping(), components=2, pca=3, steps=1)
    state, data = model.state_dict(), overlapping().double().numpy()
    theirs = PCA(3).fit(data)
    left = data - theirs.inverse_transform(theirs.transform(data))
    assert np.allclose(np.abs(state["axes"].numpy() @ theirs.components_.T), np.eye(3), atol=1e-4)
    assert np.allclose(state["residual"], np.square(left).mean(0) + model.floor)


@pytest.mark.parametrize(("kind", "numbers"), [("diag", 2 * 784), ("spherical", 2), ("tied", 784**2)])
def test_no_more_numbers_are_kept_than_the_kind_has(kind, numbers):
    model, _ = fitted(torch.rand(20, 1, 28, 28), components=2, covariance=kind, pca=0, steps=1)
    assert model.profile().parameters == {"mixture": 2 + 2 * 784 + numbers}


@KINDS
@pytest.mark.parametrize(("dataset", "more"), [("ring8", ""), ("digits", ""), ("digits", ",pca=5,double=true")])
def test_gmm_conforms(dataset, more, kind, factory):
    check_model(f"gmm:components=3,steps=3,covariance={kind}{more}", dataset, factory=factory)


SENSELESS = {
    "full, tied, diag or spherical for covariance": ["covariance=round"],
    "a whole number of 1 or more for": ["components=0", "steps=0"],
    "a whole number of 0 or more for pca": ["pca=-1"],
    "pca of 0 to the data's 2 dimensions": ["pca=3"],
    "a number above 0 for floor": ["floor=-1.0", "floor=0.0", "floor=NaN"],
}


@pytest.mark.parametrize(("takes", "setting"), [(takes, each) for takes in SENSELESS for each in SENSELESS[takes]])
def test_gmm_refuses_settings_of_no_sense(factory, make_spec, takes, setting):
    with pytest.raises(BadOptionError, match=f"gmm'? takes {takes}.*, not '?{setting.partition('=')[2]}"):
        factory.model(make_spec(dataset="ring8", model=f"gmm:{setting}"))


def test_gmm_says_so_when_there_is_too_little_data():
    with pytest.raises(UnfitError, match="a sample for each of its 25"):
        fitted(overlapping(10), components=25)


@DTYPES
def test_samples_of_no_share_change_no_mixture(dtype):
    # clusters far apart: all but one share of a sample is negligible, and left out of the sums
    data = (torch.randn(900, 8, generator=seeded()) + 30 * (torch.arange(900) % 3)[:, None]).to(dtype)
    mixture = start(data, "full", 3, 1e-6, seeded())
    few, likelihood = step(data, mixture, 1e-6)
    every = by_scikit_learn(data, mixture, 1)
    tolerance = 1e-5 if dtype == torch.float32 else 1e-11
    assert likelihood == pytest.approx(every.lower_bound_, rel=tolerance)
    assert np.allclose(few.means, every.means_, rtol=tolerance, atol=tolerance)
    assert np.allclose(few.covariances(), every.covariances_, rtol=10 * tolerance, atol=10 * tolerance)
