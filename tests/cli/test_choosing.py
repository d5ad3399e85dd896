"""What options change about a profile, and how wrong ones are refused."""

import pytest

from echo_iad.cli.choosing import choose_profile
from echo_iad.domain.questions import Expert, QuestionType
from echo_iad.errors import ProfileError, UnknownNameError
from echo_iad.settings import load_profile


def test_without_options_it_is_the_profile_itself():
    assert choose_profile("edge") == load_profile("edge")


def test_each_option_changes_its_own_choice():
    chosen = choose_profile(
        "edge",
        model="openai:m",
        base_url="http://127.0.0.1:9/v1",
        without=["visual_comparator"],
        settings=["retrieval.shots=2", "knowledge.mode = domain", "decider.fuse=true"],
    )
    assert (chosen.decider.name, chosen.decider.model) == ("mllm", "openai:m")
    assert chosen.mllm.base_url == "http://127.0.0.1:9/v1"
    assert (chosen.retrieval.shots, chosen.knowledge.mode, chosen.decider.fuse) == (2, "domain", True)
    assert all(Expert.VISUAL_COMPARATOR not in called for called in chosen.plan.values())
    assert Expert.REFERENCE_EXTRACTOR in chosen.plan[QuestionType.LOCALIZATION]


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"without": ["comparator"]}, r"Unknown expert 'comparator'.*visual_comparator"),
        ({"without": ["visual_comparater"]}, r"Did you mean 'visual_comparator'\?"),
        ({"without": ["decision_maker"]}, "cannot be switched off"),
        ({"settings": ["retrieval.shot=2"]}, r"Did you mean 'retrieval\.shots'\?"),
        ({"settings": ["shots=2"]}, "Unknown setting 'shots'"),
        ({"settings": ["name=mine"]}, "Unknown setting 'name'"),
        ({"settings": ["retrieval.shots"]}, r"--set KEY=VALUE.*Got 'retrieval\.shots'"),
        ({"base_url": "http://127.0.0.1:9/v1"}, "the embedded decider decides. Add --model openai:NAME"),
        ({"base_url": "http://127.0.0.1:9/v1", "model": "scripted:a"}, "scripted:a decides"),
        ({"base_url": " ", "model": "openai:m"}, "--base-url is empty"),
        ({"settings": ["retrieval.shots=many"]}, r"wrong value at retrieval\.shots"),
        ({"settings": ["retrieval.shots=-1"]}, r"wrong value at retrieval\.shots"),
        ({"settings": ["decider.fuse="]}, r"wrong value at decider\.fuse"),
        ({"settings": ["decider.think=yes"]}, r"wrong value at decider\.think: Input should be a valid boolean"),
        ({"settings": ["mllm.share_prefix=0"]}, r"wrong value at mllm\.share_prefix"),
        ({"settings": ["mllm.device=gpu"]}, r"wrong value at mllm\.device: .*auto\|cpu\|cuda"),
        ({"settings": ["mllm.device=cuda:x"]}, r"wrong value at mllm\.device"),
    ],
)
def test_what_does_not_exist_or_is_not_allowed_is_one_line(options, message):
    with pytest.raises((ProfileError, UnknownNameError), match=message) as caught:
        choose_profile("edge", **options)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("device", ["auto", "cpu", "cuda", "cuda:1", "mps"])
def test_every_device_may_be_named(device):
    assert choose_profile("edge", settings=[f"mllm.device={device}"]).mllm.device == device


def model_profile(*settings):
    return choose_profile("edge", model="openai:m", settings=list(settings)).sha256()


@pytest.mark.parametrize(
    "haste", ["batch=9", "share_prefix=false", "concurrency=9", "timeout_s=3", "retries=0"], ids=lambda text: text
)
def test_how_fast_a_model_answers_makes_no_other_profile(haste):
    """A stopped run goes on in larger batches and with other patience."""
    assert model_profile(f"mllm.{haste}") == model_profile()


@pytest.mark.parametrize(
    "other",
    ["base_url=http://127.0.0.1:9/v1", "device=cpu", "dtype=float16", "bits=4", "remote_code=m"],
    ids=lambda text: text,
)
def test_what_may_be_another_model_makes_another_profile(other):
    """Another server may serve another model by the same name, and another device computes in other numbers."""
    assert model_profile(f"mllm.{other}") != model_profile()
