import math

import pytest

from echo_iad.mllms.base import Prompt, normalised


@pytest.mark.parametrize("score", [math.nan, math.inf, -math.inf])
def test_what_is_no_number_has_no_share(score):
    with pytest.raises(ValueError, match="must be finite"):
        normalised({"A": -1.0, "B": score})


@pytest.mark.parametrize(
    ("stop", "text"),
    [
        ((), "One. Two; three."),
        ((".",), "One."),
        ((";", "."), "One."),
        ((";",), "One. Two;"),
        (("!",), "One. Two; three."),
    ],
)
def test_writing_ends_with_whichever_stop_comes_first(stop, text):
    assert Prompt((), stop=stop).up_to_stop("One. Two; three.") == text
