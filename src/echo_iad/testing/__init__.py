"""Public contract checks: what a plug-in's own tests call to prove that it keeps its promises."""

from echo_iad.testing.deciders import check_decider
from echo_iad.testing.encoders import check_image_encoder, check_text_encoder
from echo_iad.testing.indexes import check_index
from echo_iad.testing.mllms import Promise, check_mllm
from echo_iad.testing.random_mllm import write_random_mllm

__all__ = [
    "Promise",
    "check_decider",
    "check_image_encoder",
    "check_index",
    "check_mllm",
    "check_text_encoder",
    "write_random_mllm",
]
