"""Our EM beside scikit-learn's, and what must never happen to a mixture: a singular component, memory without bound."""

import itertools
import subprocess
import sys
import warnings

import numpy as np
import pytest
import torch
from torch.distributions import Categorical, MixtureSameFamily, MultivariateNormal

from ganbench.contracts import Batch, Task
from ganbench.errors import BadOptionError
from ganbench_models.gmm import GMM
from ganbench_models.mixture_em import COVARIANCES, Mixture, log_density, start, step


def task(shape=(2,), **changes):
    return Task(**{"shape": shape, "classes": 0, "examples": 900, "seed": 0, "device": "cpu"} | changes)


def batches(size=100):
    generator = torch.Generator().manual_seed(3)
    means = torch.tensor([[0.0, 0.0], [5.0, 0.0], [0.0, 5.0]])
    while True:
        chosen = torch.randint(3, (size,), generator=generator)
        yield Batch(means[chosen] + 0.3 * torch.randn(size, 2, generator=generator), chosen)


def one_pass():
    return torch.cat([batch.samples for batch in itertools.islice(batches(), 9)])


def overlapping(n=3_000, d=6):
    """Return samples of three Gaussians that overlap, of unequal weights and shapes."""
    generator = torch.Generator().manual_seed(5)
    chosen = torch.multinomial(torch.tensor([0.7, 0.25, 0.05]), n, replacement=True, generator=generator)
    turns = torch.randn(3, d, d, generator=generator)
    centres = 1.5 * torch.randn(3, d, generator=generator)
    noise = torch.randn(n, 1, d, generator=generator)
    return centres[chosen] + (noise @ turns[chosen])[:, 0]


def covariances(kind, d):
    """Return a start of unequal covariances, and scikit-learn's precisions for it."""
    full = torch.stack([torch.eye(d, dtype=torch.float64) * scale for scale in (1.0, 2.0, 4.0)])
    own = {"full": full, "tied": full[1], "diag": full.diagonal(dim1=1, dim2=2), "spherical": full[:, 0, 0]}[kind]
    inverse = torch.linalg.inv(own) if kind in ("full", "tied") else 1 / own
    return own.clone(), inverse.numpy()


@pytest.mark.parametrize("kind", COVARIANCES)
@pytest.mark.parametrize(("dtype", "tolerance"), [(torch.float64, 1e-6), (torch.float32, 1e-4)])
def test_the_same_start_and_steps_reach_scikit_learns_likelihood(kind, dtype, tolerance):
    from sklearn.mixture import GaussianMixture

    data = overlapping()
    own, precisions = covariances(kind, data.shape[1])
    weights, means = torch.tensor([0.6, 0.3, 0.1], dtype=torch.float64), data[[0, 1, 2]].double()
    mixture, found = Mixture(kind, weights, means, own), {}
    for number in range(1, 21):
        mixture, found[number] = step(data.to(dtype), mixture, 1e-6)
    for steps in (1, 5, 20):
        theirs = GaussianMixture(
            3,
            covariance_type=kind,
            tol=0.0,
            max_iter=steps,
            weights_init=weights.numpy(),
            means_init=means.numpy(),
            precisions_init=precisions,
        )
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # it did not converge, as it was told
            theirs.fit(data.double().numpy())
        assert found[steps] == pytest.approx(theirs.lower_bound_, rel=tolerance)
    assert np.allclose(mixture.means, theirs.means_, atol=1e-4 if dtype == torch.float64 else 1e-2)
    assert np.allclose(mixture.weights, theirs.weights_, atol=1e-5 if dtype == torch.float64 else 1e-3)


@pytest.mark.parametrize("kind", COVARIANCES)
def test_the_likelihood_never_falls(kind):
    data = overlapping().double()
    mixture, found = start(data, kind, 5, 1e-6, torch.Generator().manual_seed(0)), []
    for _ in range(30):
        mixture, likelihood = step(data, mixture, 1e-6)
        found.append(likelihood)
    assert all(after >= before - 1e-9 for before, after in itertools.pairwise(found))
    assert mixture.weights.sum().item() == pytest.approx(1.0)


def test_the_e_step_takes_the_logarithm_of_the_weights():
    # two components in the same place: each sample's share is the weight alone
    mixture = Mixture(
        "spherical", torch.tensor([0.9, 0.1]).double(), torch.zeros(2, 1).double(), torch.ones(2).double()
    )
    after, likelihood = step(torch.tensor([[0.5], [-1.0]]).double(), mixture, 1e-6)
    assert after.weights.tolist() == pytest.approx([0.9, 0.1])
    normal = torch.distributions.Normal(0.0, 1.0)
    assert likelihood == pytest.approx(normal.log_prob(torch.tensor([0.5, -1.0])).mean().item(), rel=1e-6)


@pytest.mark.parametrize("kind", COVARIANCES)
def test_no_component_collapses(kind):
    # points that lie on each other, a coordinate that never changes, more components than places
    places = torch.tensor([[0.0, 0.0, 1.0], [1.0, 0.0, 1.0], [0.0, 3.0, 1.0]])
    data = places.repeat(20, 1)
    for dtype in (torch.float32, torch.float64):
        mixture = start(data.to(dtype), kind, 6, 1e-6, torch.Generator().manual_seed(0))
        for _ in range(10):
            mixture, likelihood = step(data.to(dtype), mixture, 1e-6)
            assert np.isfinite(likelihood)
        assert all(part.isfinite().all() for part in (mixture.weights, mixture.means, mixture.covariances))
        smallest = (
            torch.linalg.eigvalsh(mixture.covariances).min() if kind in ("full", "tied") else mixture.covariances.min()
        )
        assert smallest >= 0.99e-6
        assert log_density(data, mixture).isfinite().all()


@pytest.mark.parametrize("kind", COVARIANCES)
def test_the_density_is_that_of_the_mixture(kind):
    own, _ = covariances(kind, 4)
    full = {
        "full": lambda: own,
        "tied": lambda: own.expand(3, 4, 4),
        "diag": lambda: torch.diag_embed(own),
        "spherical": lambda: torch.diag_embed(own[:, None].expand(3, 4)),
    }[kind]()
    weights, means = torch.tensor([0.6, 0.3, 0.1]).double(), torch.randn(3, 4).double()
    theirs = MixtureSameFamily(Categorical(weights), MultivariateNormal(means, full))
    points = torch.randn(50, 4).double()
    assert torch.allclose(log_density(points, Mixture(kind, weights, means, own)), theirs.log_prob(points))


def test_the_start_finds_separate_clusters():
    mixture = start(one_pass(), "full", 3, 1e-6, torch.Generator().manual_seed(1))
    found = torch.cdist(mixture.means, torch.tensor([[0.0, 0.0], [5.0, 0.0], [0.0, 5.0]]).double()).min(dim=0).values
    assert (found < 0.2).all()


@pytest.mark.parametrize("covariance", COVARIANCES)
def test_samples_have_the_moments_of_the_data(covariance):
    model = GMM(task(), components=3, covariance=covariance)
    losses = [terms["negative_log_likelihood_loss"].item() for terms in model.fit(batches())]
    assert all(after <= before + 1e-5 for before, after in itertools.pairwise(losses))
    samples, data = model.sample(20_000, torch.Generator().manual_seed(0)), one_pass()
    assert np.allclose(samples.mean(0), data.mean(0), atol=0.1)
    assert np.allclose(torch.cov(samples.T), torch.cov(data.T), atol=0.4)
    assert -model.log_prob(data).mean().item() <= losses[-1] + 1e-3  # the last step's gain is not told yet


def test_gmm_takes_one_pass_whatever_the_budget():
    taken = 0

    def counted():
        nonlocal taken
        for batch in batches():
            taken += len(batch.samples)
            yield batch

    list(GMM(task(), components=3, steps=2).fit(counted()))
    assert taken == 900


def images(size=100):
    generator = torch.Generator().manual_seed(0)
    while True:
        yield Batch(torch.rand(size, 1, 8, 8, generator=generator) * 2 - 1, torch.zeros(size, dtype=torch.int64))


@pytest.mark.parametrize("covariance", COVARIANCES)
def test_principal_components_put_back_what_they_leave_out(covariance):
    model = GMM(task((1, 8, 8), examples=400), components=2, pca=4, covariance=covariance)
    list(model.fit(images()))
    samples = model.sample(5_000, torch.Generator().manual_seed(0))
    assert samples.flatten(1).var(0).mean().item() == pytest.approx(1 / 3, rel=0.15)  # uniform on [-1, 1], clipped


def test_the_density_with_principal_components_is_of_what_is_drawn():
    # in two dimensions the density can be added up over a lattice
    model = GMM(task((2,)), components=3, pca=1)
    list(model.fit(batches()))
    ticks = torch.linspace(-4, 9, 400)
    lattice = torch.cartesian_prod(ticks, ticks)
    mass = model.log_prob(lattice).exp() * (ticks[1] - ticks[0]) ** 2
    assert mass.sum().item() == pytest.approx(1.0, abs=0.01)
    samples = model.sample(50_000, torch.Generator().manual_seed(0)).double()
    assert torch.allclose((mass[:, None] * lattice).sum(0), samples.mean(0), atol=0.05)
    squares = torch.einsum("n,ni,nj->ij", mass, lattice.double(), lattice.double())
    assert torch.allclose(squares, samples.T @ samples / len(samples), atol=0.2)


def test_gmm_survives_its_state():
    model, other = GMM(task(), components=3), GMM(task(), components=3)
    list(model.fit(batches()))
    other.load_state_dict(model.state_dict())
    draws = [each.sample(9, torch.Generator().manual_seed(1)) for each in (model, other)]
    assert torch.equal(*draws)


@pytest.mark.parametrize(
    "settings",
    [
        {"covariance": "round"},
        {"components": 0},
        {"pca": -1},
        {"pca": 3},
        {"steps": 0},
        {"floor": -1.0},
        {"floor": 0.0},
    ],
)
def test_gmm_refuses_settings_of_no_sense(settings):
    with pytest.raises(BadOptionError, match="gmm takes"):
        GMM(task(), **settings)


def test_gmm_says_so_when_there_is_too_little_data():
    with pytest.raises(BadOptionError, match="a sample for each of its 25"):
        list(GMM(task()).fit(itertools.islice(batches(10), 1)))


@pytest.mark.slow
def test_memory_stays_within_the_data_and_the_parameters():
    # 8 full components in 784 dimensions: 39 MB of covariances in float64, and 94 MB of data
    code = """
import torch
from pathlib import Path
from ganbench_models.mixture_em import start, step

def peak():
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmHWM")) / 1024

data = torch.rand(30_000, 784)
before = peak()
mixture = start(data, "full", 8, 1e-6, torch.Generator().manual_seed(0))
step(data, mixture, 1e-6)
print(peak() - before)
"""
    if not sys.platform.startswith("linux"):
        pytest.skip("the peak is read from /proc")
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert float(done.stdout) < 600
