"""The arithmetic of memory, with free memory as a plain number, and what `auto` means on each machine."""

import json

import pytest

from echo_iad.errors import ProfileError
from echo_iad.settings import MllmSettings

torch = pytest.importorskip("torch")

from echo_iad.mllms.local import placement as module  # noqa: E402  # needs torch
from echo_iad.mllms.local.placement import (  # noqa: E402
    Placement,
    Weights,
    check_room,
    choose_placement,
    free_bytes,
    read_weights,
)

SEVEN = Weights(matrices=7_000_000_000, others=1_000_000_000)
HALF = Placement("cuda", torch.bfloat16)


@pytest.fixture
def machine(monkeypatch):
    """A machine with these devices and packages."""

    def make(*kinds, gpus=1, packages=True):
        monkeypatch.setattr(torch.cuda, "is_available", lambda: "cuda" in kinds)
        monkeypatch.setattr(torch.cuda, "device_count", lambda: gpus)
        monkeypatch.setattr(torch.backends.mps, "is_available", lambda: "mps" in kinds)
        monkeypatch.setattr(module, "find_spec", lambda package: object() if packages else None)

    return make


@pytest.mark.parametrize(
    ("kinds", "expected"),
    [
        ((), Placement("cpu", torch.float32)),
        (("mps",), Placement("mps", torch.bfloat16)),
        (("cuda", "mps"), Placement("cuda", torch.bfloat16)),
    ],
)
def test_auto_is_the_best_device_and_the_precision_that_suits_it(machine, kinds, expected):
    machine(*kinds)
    assert choose_placement(MllmSettings()) == expected


def test_what_the_settings_say_is_taken(machine):
    machine("cuda", gpus=2)
    chosen = choose_placement(MllmSettings(device="cuda:1", dtype="float16", bits=4))
    assert chosen == Placement("cuda:1", torch.float16, 4)
    assert chosen.kind == "cuda"


@pytest.mark.parametrize("device", ["cuda", "cuda:7", "mps"])
def test_a_device_that_is_not_here_is_named_with_those_that_are(machine, device):
    machine()
    with pytest.raises(ProfileError, match=rf"^There is no device {device!r} here: .* auto or one of: cpu\.$"):
        choose_placement(MllmSettings(device=device))


def test_a_gpu_beyond_the_last_is_not_here(machine):
    machine("cuda", gpus=2)
    with pytest.raises(ProfileError, match=r"one of: cpu, cuda\.$"):
        choose_placement(MllmSettings(device="cuda:2"))


def test_few_bits_need_a_gpu(machine):
    machine()
    with pytest.raises(ProfileError, match=r"bits = 8 needs an NVIDIA GPU and the model runs on cpu: set bits = 0"):
        choose_placement(MllmSettings(bits=8))


def test_few_bits_need_their_library(machine):
    machine("cuda", packages=False)
    with pytest.raises(ProfileError, match=r"bits = 4 needs .* bitsandbytes .*: pip install bitsandbytes"):
        choose_placement(MllmSettings(bits=4))


@pytest.mark.parametrize(
    ("placement", "gigabytes"),
    [
        (Placement("cpu", torch.float32), 32.0),
        (HALF, 16.0),
        (Placement("cuda", torch.bfloat16, 8), 7 * 1.07 + 2),
        (Placement("cuda", torch.bfloat16, 4), 7 * 0.5 * 1.07 + 2),
    ],
)
def test_the_size_of_weights(placement, gigabytes):
    assert SEVEN.size(placement) == pytest.approx(gigabytes * 1e9)


def refused(placement, gigabytes):
    with pytest.raises(ProfileError) as raised:
        check_room("big", SEVEN, placement, int(gigabytes * 1e9))
    return str(raised.value)


def test_what_fits_on_a_gpu_is_said():
    said = refused(HALF, 12)
    assert said.startswith(
        "The weights of 'big' take about 16.0 GB on cuda, where 12.0 GB are free. What fits: bits = 8"
    )
    assert "bits = 8 under [mllm] in the profile, which takes about 9.5 GB; or bits = 4" in said
    assert said.endswith("which takes about 5.7 GB; or a model of less than 6.0 billion weights.")


def test_what_does_not_fit_is_not_offered():
    assert "bits = 8" not in refused(HALF, 7)
    assert "bits = 4" in refused(HALF, 7)
    assert refused(HALF, 2).endswith("What fits: a model of less than 1.0 billion weights.")
    assert refused(Placement("cuda", torch.bfloat16, 4), 4).endswith("a model of less than 8.0 billion weights.")


def test_on_a_cpu_half_precision_is_offered_and_bits_are_not():
    said = refused(Placement("cpu", torch.float32), 20)
    assert 'dtype = "bfloat16" under [mllm] in the profile, which takes about 16.0 GB' in said
    assert "bits" not in said


def test_what_fits_or_is_not_known_is_not_refused():
    check_room("big", SEVEN, HALF, 16_000_000_000)
    check_room("big", SEVEN, HALF, None)


def test_weights_are_counted_as_the_model_counts_them(folders):
    from safetensors.torch import load_file

    for folder in folders.values():
        loaded = load_file(folder / "model.safetensors")
        weights = read_weights(folder)
        assert weights.matrices + weights.others == sum(tensor.numel() for tensor in loaded.values())
        assert weights.matrices > 0


def test_only_the_files_of_the_index_count(tmp_path):
    from safetensors.torch import save_file

    for name in ("one", "two", "whole"):
        save_file(
            {f"{name}.weight": torch.zeros(3, 5), f"{name}.embed": torch.zeros(2, 2)}, tmp_path / f"{name}.safetensors"
        )
    named = {"one.weight": "one.safetensors", "two.weight": "two.safetensors"}
    (tmp_path / "model.safetensors.index.json").write_text(json.dumps({"weight_map": named}))
    assert read_weights(tmp_path) == Weights(matrices=30, others=8)


def test_the_free_memory_of_this_machine_is_plausible():
    assert 1e6 < free_bytes("cpu") < 1e14
