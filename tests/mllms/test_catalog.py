import subprocess
import sys

import pytest

from echo_iad.errors import MissingExtraError, ProfileError, UnknownNameError
from echo_iad.mllms import catalog
from echo_iad.mllms.catalog import load_mllm, parse_model


@pytest.mark.parametrize("written", ["", "scripted", "scripted:", "scripted: ", ":name"])
def test_a_model_without_backend_or_name_says_how_it_is_written(written):
    with pytest.raises(ProfileError, match=r"A model is written BACKEND:NAME.*scripted, transformers"):
        parse_model(written)


def test_a_name_may_hold_colons():
    assert parse_model("transformers:C:/models/a").name == "C:/models/a"


def test_an_unknown_backend_names_the_nearest():
    with pytest.raises(UnknownNameError, match=r"Unknown backend 'transformer'\. Did you mean 'transformers'\?"):
        load_mllm("transformer:x")


def test_a_missing_library_names_the_extra(monkeypatch):
    monkeypatch.setattr(catalog, "find_spec", lambda package: None)
    with pytest.raises(MissingExtraError, match=r"pip install 'echo-iad\[mllm\]'"):
        load_mllm("transformers:x")


def test_the_catalogue_loads_no_model_library():
    code = "import sys, echo_iad.mllms.catalog; sys.exit(bool({'torch', 'transformers'} & set(sys.modules)))"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
