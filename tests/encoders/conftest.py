"""Small random checkpoints of the true architectures, saved as any checkpoint is."""

import json

import pytest

from echo_iad.encoders.export import export_encoder

CLIP_PREPARATION = {
    "do_resize": True,
    "size": {"shortest_edge": 224},
    "do_center_crop": True,
    "crop_size": {"height": 224, "width": 224},
    "resample": 3,
    "image_mean": [0.48145466, 0.4578275, 0.40821073],
    "image_std": [0.26862954, 0.26130258, 0.27577711],
}
DINOV2_PREPARATION = {
    "size": {"shortest_edge": 256},
    "crop_size": {"height": 224, "width": 224},
    "resample": 3,
    "image_mean": [0.485, 0.456, 0.406],
    "image_std": [0.229, 0.224, 0.225],
}
WORDS = ["a photo of a good part", "scratch on the surface", "the housing is cracked at its left edge"]


def save_clip_tokenizer(folder):
    """Byte-level BPE with CLIP's start and end tokens; returns their ids."""
    from tokenizers import Tokenizer, decoders, models, normalizers, pre_tokenizers, processors, trainers

    start, end = "<|startoftext|>", "<|endoftext|>"
    tokenizer = Tokenizer(models.BPE(unk_token=end, end_of_word_suffix="</w>"))
    tokenizer.normalizer = normalizers.Sequence([normalizers.NFC(), normalizers.Lowercase()])
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    alphabet = pre_tokenizers.ByteLevel.alphabet()
    trainer = trainers.BpeTrainer(
        vocab_size=700,
        initial_alphabet=alphabet,
        special_tokens=[start, end],
        end_of_word_suffix="</w>",
        show_progress=False,
    )
    tokenizer.train_from_iterator(WORDS, trainer)
    ids = {name: tokenizer.token_to_id(name) for name in (start, end)}
    tokenizer.post_processor = processors.TemplateProcessing(
        single=f"{start} $A {end}", special_tokens=[(start, ids[start]), (end, ids[end])]
    )
    tokenizer.save(str(folder / "tokenizer.json"))
    return ids[start], ids[end], tokenizer.get_vocab_size()


@pytest.fixture(scope="session")
def clip_folder(tmp_path_factory):
    """CLIP ViT-B/16 with two narrow layers: 224 pixels, patches of 16, joint space of 512 numbers."""
    import torch
    from transformers import CLIPConfig, CLIPModel

    folder = tmp_path_factory.mktemp("clip")
    start, end, words = save_clip_tokenizer(folder)
    torch.manual_seed(3)
    tower = {"hidden_size": 32, "intermediate_size": 64, "num_hidden_layers": 2, "num_attention_heads": 4}
    text = tower | {"vocab_size": words, "bos_token_id": start, "eos_token_id": end, "pad_token_id": end}
    config = CLIPConfig(text_config=text, vision_config=tower | {"patch_size": 16}, projection_dim=512)
    CLIPModel(config).save_pretrained(folder)
    (folder / "preprocessor_config.json").write_text(json.dumps(CLIP_PREPARATION))
    return folder


@pytest.fixture(scope="session")
def dinov2_folder(tmp_path_factory):
    """DINOv2 ViT-S/14 with two layers, trained at 518 pixels like the original, so that positions are interpolated."""
    import torch
    from transformers import Dinov2Config, Dinov2Model

    folder = tmp_path_factory.mktemp("dinov2")
    torch.manual_seed(4)
    config = Dinov2Config(hidden_size=48, num_hidden_layers=2, num_attention_heads=4, image_size=518, patch_size=14)
    Dinov2Model(config).save_pretrained(folder)
    (folder / "preprocessor_config.json").write_text(json.dumps(DINOV2_PREPARATION))
    return folder


@pytest.fixture(scope="session")
def clip_export(clip_folder, tmp_path_factory):
    """The CLIP checkpoint as ONNX."""
    return export_encoder("clip", str(clip_folder), tmp_path_factory.mktemp("exports") / "clip")


@pytest.fixture(scope="session")
def dinov2_export(dinov2_folder, tmp_path_factory):
    """The DINOv2 checkpoint as ONNX."""
    return export_encoder("dinov2", str(dinov2_folder), tmp_path_factory.mktemp("exports") / "dinov2")
