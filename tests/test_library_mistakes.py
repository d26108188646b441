"""Mistakes in Python: an exception of ours with one line, and nothing written."""

import numpy as np
import pytest
import torch
from plain_normal import PlainNormal

import ganbench
from ganbench.errors import BadOptionError, DataMissingError, GanbenchError


@pytest.mark.parametrize(
    ("fake", "message"),
    [
        (np.zeros((3, 2, 2, 2, 2)), r"'fake' holds float64 of shape \(3, 2, 2, 2, 2\); it should be uint8 images"),
        (np.zeros((0, 2)), r"'fake' holds float64 of shape \(0, 2\)"),
        (np.full((3, 1, 4, 4), 200.0), r"the images in 'fake' go from 200 to 200; they should be uint8, or floats"),
        (np.array([["a", "b"]]), r"'fake' holds <U1 of shape \(1, 2\)"),
        (torch.full((3, 2), torch.nan), "'fake' holds points that are not finite"),
        (torch.zeros(4, 2, dtype=torch.int64), r"'fake' holds int64 of shape \(4, 2\)"),
        ((np.zeros((4, 2)), np.zeros(3, int)), r"the labels in 'fake' are int64 of shape \(3,\)"),
        ([[0.0, 1.0]], "fake is a tensor, an array, a ganbench.Dataset or what ganbench score takes, not list"),
        (None, "fake is a tensor, an array, .* not NoneType"),
    ],
)
def test_samples_of_wrong_shape_range_or_dtype_are_refused_in_one_line(fake, message):
    with pytest.raises((BadOptionError, DataMissingError), match=message) as caught:
        ganbench.score(fake, np.random.default_rng(0).normal(size=(9, 2)), "frechet:features=raw")
    assert len(str(caught.value).splitlines()) == 1


def test_sides_of_different_shapes_are_refused():
    with pytest.raises(BadOptionError, match=r"the sides differ in shape: real of \(3,\) and fake of \(2,\)"):
        ganbench.score(np.zeros((9, 2)), np.zeros((9, 3)), "frechet:features=raw")


class NoModel(torch.nn.Module):
    pass


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"models": NoModel}, "NoModel is no model: it has no fit, sample; a model has fit, sample, state_dict"),
        ({"losses": NoModel}, "NoModel is no loss: it has no generator, discriminator; a loss has generator, discr"),
        ({"models": lambda task: 3}, "what <lambda> gives, a int, is no model: it has no fit"),
        ({"models": 3}, "a model is a name, or a class or function that makes one, not 3"),
        ({"models": {"gmm": PlainNormal}}, "the model 'gmm' is there already, from ganbench-models"),
        ({"models": {"my model": PlainNormal}}, "a card's name is words in lower case joined by hyphens"),
        ({"models": {"mine": "gmm"}}, "'mine' stands for 'gmm', a name"),
        ({"models": "dcgna"}, "unknown model 'dcgna'; did you mean 'dcgan'"),
        ({"models": ganbench.LossCard("x", PlainNormal, "")}, "'x' is a LossCard; a model is a ModelCard"),
        ({"metrics": [max]}, "a metric is handed in as a ganbench.MetricCard"),
        ({"datasets": [[1, 2]]}, "a dataset is a name, a tensor, an array, .* not list"),
        ({"datasets": torch.zeros(2, 2)}, "a dataset of 2 samples leaves none to hold out; give 5 or more"),
        ({"seeds": 0}, "can't read the seeds '0'"),
        ({"seeds": 1.5}, "seeds are how many, or which"),
        ({"budget": 3}, "a budget is written 'images=50_000' or"),
        ({"budget": "image=3"}, "unknown unit 'image' in a budget; did you mean 'images'"),
        ({"stop": "patience=0"}, "stopping takes patience of 1 or more"),
        ({"precision": "fp8"}, "unknown precision 'fp8'; there is fp32, bf16"),
        ({"retry": "some"}, "unknown retry 'some'"),
        ({"log": "paper"}, "unknown log 'paper'; there is tensorboard, mlflow"),
        ({"model": "gmm"}, "run takes no option 'model'; did you mean 'models'"),
        ({"models": PlainNormal, "executor": "processes"}, "objects are run in this process, and not by the executor"),
        ({"suite": 3}, "a suite is a name, the path of a TOML file or a ganbench.Suite, not 3"),
    ],
)
def test_a_mistake_is_one_line_and_nothing_is_written(options, message, tmp_path):
    whole = {"suite": "gaussians", "models": "gmm", "datasets": "ring8", "results": "out"} | options
    with pytest.raises(GanbenchError, match=message) as caught:
        ganbench.run(**whole)
    assert len(str(caught.value).splitlines()) == 1
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("gmm", "ring8"), "a budget needs at least one of images, updates and seconds"),
        (("gmm,vae", "ring8"), "train takes one of models, not 2"),
        (("gmm", None), "train takes a model and a dataset"),
    ],
)
def test_training_says_what_it_lacks(arguments, message):
    with pytest.raises(GanbenchError, match=message):
        ganbench.train(*arguments, results="out")
    with pytest.raises(GanbenchError, match="a seed is a whole number from 0 on, not -1"):
        ganbench.train("gmm", "ring8", updates=1, seed=-1)
