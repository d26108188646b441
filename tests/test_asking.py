"""What a user asks a finished model for: read as the condition that it takes, or refused in one line."""

import pytest
from PIL import Image

import ganbench
from ganbench.evaluation.asking import Request, asked

WORDS = ganbench.Captions(("dark", "light", "and", "grey"), 3)
PICTURES = ganbench.Sources((1, 4, 4))


@pytest.mark.parametrize(
    ("condition", "request_", "message"),
    [
        (WORDS, Request(2), "m draws what a caption says; give --caption, of words such as dark light and grey"),
        (WORDS, Request(2, label=1), "m takes no label; ask it by --caption"),
        (WORDS, Request(2, caption="lihgt"), "unknown word 'lihgt' in a caption; did you mean 'light'?"),
        (PICTURES, Request(2), "m translates a picture; give --source FILE"),
        (None, Request(2, caption="dark"), "m takes no caption; leave --caption out, or use a conditional one"),
        (ganbench.Labels(3), Request(2, label=3), "the labels of m go from 0 to 2, not 3"),
    ],
)
def test_what_a_model_can_not_be_asked_is_said_in_one_line(condition, request_, message):
    with pytest.raises(ganbench.BadOptionError) as caught:
        asked(request_, condition, "m", "cpu")
    assert str(caught.value) == message


def test_a_source_is_read_as_the_model_takes_it_and_one_of_another_size_is_refused(tmp_path):
    Image.new("RGB", (4, 4), (255, 255, 255)).save(tmp_path / "white.png")
    Image.new("RGB", (5, 4)).save(tmp_path / "wide.png")
    (tmp_path / "text.png").write_text("no picture")
    given = asked(Request(3, source=tmp_path / "white.png"), PICTURES, "m", "cpu")
    assert given.shape == (3, 1, 4, 4)
    assert (given == 1).all()
    with pytest.raises(ganbench.BadOptionError, match=r"5 x 4 pixels, and the model translates pictures of 4 x 4"):
        asked(Request(1, source=tmp_path / "wide.png"), PICTURES, "m", "cpu")
    for broken in ("text.png", "missing.png"):
        with pytest.raises(ganbench.DataMissingError, match=f"{broken}' as a picture"):
            asked(Request(1, source=tmp_path / broken), PICTURES, "m", "cpu")
    with pytest.raises(ganbench.BadOptionError, match="give one of them"):
        Request(1, label=1, caption="dark")
