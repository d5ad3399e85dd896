"""Models of true architectures with random weights: what is measured is the plumbing, not the answers."""

import json
import math
import re
import weakref

import pytest
from safetensors.torch import load_file, save_file

from echo_iad.domain.decisions import Scoring
from echo_iad.errors import MissingModelError, MllmError, ProfileError
from echo_iad.mllms.base import Prompt
from echo_iad.mllms.catalog import load_mllm
from echo_iad.mllms.local.spellings import spellings
from echo_iad.settings import MllmSettings
from echo_iad.testing import write_random_mllm

torch = pytest.importorskip("torch")


def load(folder, **settings):
    """A model without its memory of replies, so that it computes what is asked."""
    return load_mllm(f"transformers:{folder}", MllmSettings(**settings)).mllm


def scores_of(mllm, *conversations, labels=("A", "B")):
    return [dict(reply.scores) for reply in mllm.ask([Prompt(messages, tuple(labels)) for messages in conversations])]


def test_the_record_names_the_model_as_it_was_asked_for(folder):
    assert load(folder).name == f"transformers:{folder}"


def plain_scores(mllm, messages, continuation):
    """Log-probability of the tokens of a continuation, by one forward pass over everything."""
    with torch.inference_mode():
        logits = mllm._model(**mllm._chat.encode([messages]).followed(continuation)).logits[0]
    chances = logits.float().log_softmax(-1)
    return sum(float(chances[-len(continuation) - 1 + place, token]) for place, token in enumerate(continuation))


@pytest.mark.parametrize("share_prefix", [True, False])
@pytest.mark.parametrize("labels", [("A", "B", "C", "D", "E"), ("upper", "lower left"), ("A", "10")])
def test_options_are_scored_as_an_explicit_softmax_over_their_tokens(folder, ask, labels, share_prefix):
    mllm = load(folder, share_prefix=share_prefix)
    scores = scores_of(mllm, ask(), labels=labels)[0]
    ways = {label: spellings(label, mllm._chat.tokens_of) for label in labels}
    plain = {label: sum(math.exp(plain_scores(mllm, ask(), way)) for way in ways[label]) for label in labels}
    for label in labels:
        assert scores[label] == pytest.approx(math.log(plain[label] / sum(plain.values())), abs=1e-3)


@pytest.mark.usefixtures("as_on_a_gpu")
@pytest.mark.parametrize("share_prefix", [True, False])
def test_prompts_of_different_lengths_score_in_a_batch_as_alone(folder, ask, share_prefix):
    prompts = [ask("Which?", seeds=(1,)), ask("A longer question, is it A or is it B?"), ask(seeds=(3, 4, 5)), ask()]
    prompts += [ask("One more than fits into one pass.")]
    together = scores_of(load(folder, share_prefix=share_prefix), *prompts, labels="ABC")
    single = load(folder, batch=1, share_prefix=False)
    for prompt, scores in zip(prompts, together, strict=True):
        assert scores_of(single, prompt, labels="ABC")[0] == pytest.approx(scores, abs=1e-3)


def passes_for(mllm, prompts):
    """How many prompts each forward pass of a model reads; writing ends after one token."""
    rows = []
    hook = mllm._model.register_forward_pre_hook(
        lambda model, args, inputs: rows.append(len(inputs["input_ids"])), with_kwargs=True
    )
    mllm.ask(prompts)
    hook.remove()
    return rows


def five(ask, labels=("A", "B")):
    return [Prompt(ask(f"Question {number}?"), labels, max_new_tokens=1) for number in range(5)]


@pytest.mark.usefixtures("as_on_a_gpu")
@pytest.mark.parametrize("batch", [1, 3])
def test_so_many_prompts_are_in_one_pass(folder, ask, batch):
    passes = passes_for(load(folder, batch=batch, share_prefix=False), five(ask))
    assert passes == {1: [1] * 5, 3: [3, 2]}[batch]


def test_on_a_cpu_whole_prompts_are_scored_one_at_a_time_and_written_to_together(folder, ask):
    mllm = load(folder, batch=3, share_prefix=False)
    assert passes_for(mllm, five(ask)) == [1] * 5
    assert passes_for(mllm, five(ask, ())) == [3, 2]


def test_on_a_cpu_ends_of_a_shared_beginning_are_scored_together(folder, ask):
    mllm = load(folder, batch=3)
    mllm.ask(five(ask))
    assert passes_for(mllm, five(ask)) == [3, 2]


def test_pictures_reach_the_model_in_the_order_of_the_prompt(folders, ask):
    chat = load(folders["llava"])._chat
    both = chat.encode([ask(seeds=(1, 2))]).tensors["pixel_values"]
    alone = [chat.encode([ask(seeds=(seed,))]).tensors["pixel_values"][0] for seed in (1, 2)]
    assert torch.equal(both[0], alone[0])
    assert torch.equal(both[1], alone[1])


def test_control_words_in_a_question_have_no_power(folder, ask):
    chat = load(folder)._chat
    words = [token for token in chat._tokenizer.get_added_vocab() if token.strip()]
    controls = set(chat._tokenizer.convert_tokens_to_ids(words))
    plain, spoilt = (chat.encode([ask(text)]).tokens for text in ("Which?", f"Which? {' '.join(words)}"))
    assert [token for token in spoilt if token in controls] == [token for token in plain if token in controls]
    assert len(controls & set(plain)) > 1


def test_tokens_are_counted_without_padding_and_with_pictures(folder, ask):
    mllm = load(folder)
    short, long, blind = (Prompt(ask(text, seeds=seeds), ("A", "B")) for text, seeds in COUNTED)
    counted = [reply.prompt_tokens for reply in mllm.ask([short, long, blind])]
    assert counted == [len(mllm._chat.encode([prompt.messages]).tokens) for prompt in (short, long, blind)]
    assert counted[2] < counted[0] < counted[1]


COUNTED = (("Which?", (1, 2)), ("A longer question?", (1, 2)), ("Which?", ()))


@pytest.mark.parametrize("share_prefix", [True, False])
def test_writing_ends_after_so_many_tokens_and_at_a_stop(folder, ask, share_prefix):
    mllm = load(folder, share_prefix=share_prefix)
    whole = mllm.ask([Prompt(ask(), max_new_tokens=12)])[0]
    assert whole.scoring is Scoring.TEXT
    assert 1 <= whole.new_tokens <= 12
    mark = whole.text[len(whole.text) // 2]
    ended = mllm.ask([Prompt(ask(), max_new_tokens=12, stop=(mark,))])[0]
    assert ended.text == whole.text[: whole.text.index(mark) + 1]
    assert ended.new_tokens <= whole.new_tokens


def test_texts_of_different_lengths_are_written_in_a_batch_as_alone(folder, ask):
    prompts = [Prompt(ask("Tell."), max_new_tokens=9), Prompt(ask("What is there to be seen?"), max_new_tokens=9)]
    single = load(folder, share_prefix=False, batch=1).ask(prompts)
    assert load(folder, share_prefix=False).ask(prompts) == single
    assert load(folder).ask(prompts) == single


@pytest.mark.parametrize("share_prefix", [True, False])
def test_a_prompt_that_is_too_long_fails_alone_with_the_cure(folder, ask, share_prefix):
    first, long, last = load(folder, share_prefix=share_prefix).ask(
        [Prompt(ask(text), ("A", "B")) for text in ("One?", "word " * 20_000, "Two?")]
    )
    assert isinstance(long, MllmError)
    assert re.search("has .* tokens and the model takes 16384: use fewer references", str(long))
    assert first.scores
    assert last.scores


def spoil_numbers(mllm, word):
    """Make a model compute no numbers for a prompt that holds a word."""
    marked = set(mllm._chat.tokens_of(f" {word}"))

    def spoilt(model, args, inputs, made):
        for row, tokens in enumerate(inputs["input_ids"].tolist()):
            if marked <= set(tokens):
                made.logits[row] = math.nan

    mllm._model.register_forward_hook(spoilt, with_kwargs=True)


@pytest.mark.parametrize("labels", [("A", "B"), ()])
@pytest.mark.parametrize("share_prefix", [True, False])
def test_a_prompt_without_finite_numbers_fails_alone_with_the_cure(folder, ask, share_prefix, labels):
    mllm = load(folder, share_prefix=share_prefix, dtype="bfloat16")
    prompts = [Prompt(ask(text), labels, max_new_tokens=3) for text in ("One?", "Or zzyzx?", "Two?")]
    expected = mllm.ask(prompts)
    spoil_numbers(mllm, "zzyzx")
    first, spoilt, last = mllm.ask(prompts)
    assert isinstance(spoilt, MllmError)
    assert str(spoilt).endswith(
        "no finite probabilities for this prompt in bfloat16: give it --set mllm.dtype=float32."
    )
    for reply, before in ((first, expected[0]), (last, expected[2])):
        assert reply.text == before.text
        assert reply.scores == pytest.approx(before.scores, abs=0.1)


def test_numbers_too_large_for_half_precision_are_no_answer(folder, ask):
    mllm = load(folder, dtype="float16")
    with torch.no_grad():
        for name, weights in mllm._model.named_parameters():
            if "language_model" in name and "down_proj" in name:
                weights.mul_(1e4)
    replies = mllm.ask([Prompt(ask(), ("A", "B")), Prompt(ask(), max_new_tokens=2)])
    assert ["in float16: give it --set mllm.dtype=float32" in str(reply) for reply in replies] == [True, True]


@pytest.mark.parametrize("share_prefix", [True, False])
def test_a_label_that_is_impossible_is_no_answer(folder, ask, share_prefix):
    mllm = load(folder, share_prefix=share_prefix)

    def forbid(model, args, made):
        for way in spellings("B", mllm._chat.tokens_of):
            made.logits[..., way[0]] = -math.inf

    mllm._model.register_forward_hook(forbid)
    (fault,) = mllm.ask([Prompt(ask(), ("A", "B"))])
    assert isinstance(fault, MllmError)


def short_of_memory(model, rows):
    """Make a model fail as a full GPU does, when it is given more rows."""

    def refuse(model, args, inputs):
        if len(inputs["input_ids"]) > rows:
            raise torch.OutOfMemoryError

    model.register_forward_pre_hook(refuse, with_kwargs=True)


@pytest.mark.usefixtures("as_on_a_gpu")
@pytest.mark.parametrize("share_prefix", [True, False])
def test_a_batch_that_does_not_fit_is_asked_one_by_one(folder, ask, share_prefix):
    mllm, prompts = load(folder, share_prefix=share_prefix), [ask("One?"), ask("Two, perhaps?")]
    expected = scores_of(mllm, *prompts)
    short_of_memory(mllm._model, rows=1)
    for scores, others in zip(scores_of(mllm, *prompts), expected, strict=True):
        assert scores == pytest.approx(others, abs=1e-3)


def test_a_prompt_that_does_not_fit_says_what_would(folder, ask):
    mllm = load(folder)
    short_of_memory(mllm._model, rows=0)
    (fault,) = mllm.ask([Prompt(ask(), ("A", "B"))])
    assert isinstance(fault, MllmError)
    assert "use smaller pictures or fewer references" in str(fault)


@pytest.mark.usefixtures("folders")  # whatever transformers says when it is imported, it has said
def test_writing_a_model_says_nothing(tmp_path, capfd):
    write_random_mllm(tmp_path / "model")
    assert tuple(capfd.readouterr()) == ("", "")


def test_a_loaded_model_computes_a_prompt_once_for_all_who_load_it(folder, ask, monkeypatch):
    prompt, name = Prompt(ask("Asked by several cells?"), ("A", "B")), f"transformers:{folder}"
    first = load_mllm(name).ask([prompt])
    monkeypatch.setattr(load(folder), "_chat", None)  # cannot compute any more
    assert load_mllm(name).ask([prompt]) == first
    with pytest.raises(AttributeError):
        load_mllm(name).ask([Prompt(ask("Another?"), ("A", "B"))])


def test_a_system_message_is_kept_by_a_template_without_that_role(tmp_path, ask):
    folder = write_random_mllm(tmp_path / "model")
    template = (folder / "chat_template.jinja").read_text()
    refuse = "{% if messages[0].role == 'system' %}{{ raise_exception('no system role') }}{% endif %}"
    (folder / "chat_template.jinja").write_text(refuse + template)
    rendered = load(folder)._chat._rendered(ask())
    assert "You inspect." in rendered
    assert "system" not in rendered


@pytest.fixture
def foreign(tmp_path):
    """A folder of a model that only its own code can run, and the trace that the code leaves."""
    folder, trace = write_random_mllm(tmp_path / "model"), tmp_path / "ran"
    code = "from transformers import PretrainedConfig\nclass Foreign(PretrainedConfig):\n    model_type = 'foreign'\n"
    (folder / "foreign.py").write_text(f"open({str(trace)!r}, 'w').close()\n{code}")
    config = json.loads((folder / "config.json").read_text()) | {"model_type": "foreign"}
    config["auto_map"] = dict.fromkeys(("AutoConfig", "AutoModelForImageTextToText"), "foreign.Foreign")
    (folder / "config.json").write_text(json.dumps(config))
    return folder, trace


@pytest.mark.parametrize("named", ["", "another", "yes"])
def test_code_in_a_models_folder_is_not_run_unless_its_name_is_given(foreign, named):
    folder, trace = foreign
    with pytest.raises(MissingModelError, match="may do whatever you may on this machine.* set remote_code = "):
        load(folder, remote_code=named)
    assert not trace.exists()


def test_code_in_a_models_folder_is_run_when_its_name_is_given(foreign, monkeypatch, tmp_path):
    folder, trace = foreign
    monkeypatch.setattr("transformers.dynamic_module_utils.HF_MODULES_CACHE", str(tmp_path / "modules"))
    with pytest.raises(MissingModelError, match="cannot be loaded"):  # it is no whole model
        load(folder, remote_code=str(folder))
    assert trace.exists()


def test_a_model_that_does_not_fit_is_refused_before_it_is_loaded(tmp_path, monkeypatch):
    folder = write_random_mllm(tmp_path / "model")
    monkeypatch.setattr("echo_iad.mllms.transformers.free_bytes", lambda device: 60_000)
    monkeypatch.setattr("transformers.AutoModelForImageTextToText.from_pretrained", None)
    with pytest.raises(ProfileError, match=r"What fits: a model of less than 0\.0 billion weights"):
        load(folder)


def test_the_last_model_is_gone_before_room_is_sought_for_the_next(tmp_path, monkeypatch):
    first, second = (write_random_mllm(tmp_path / name) for name in ("first", "second"))
    last, alive = weakref.ref(load(first)._model), []

    def free(device):
        alive.append(last() is not None)

    monkeypatch.setattr("echo_iad.mllms.transformers.free_bytes", free)
    load(second)
    assert alive == [False]


def test_a_name_that_is_none_leaves_the_last_model_loaded(folder):
    model = load(folder)
    with pytest.raises(MissingModelError):
        load("nobody/nothing")
    assert load(folder) is model


def test_memory_that_runs_out_while_loading_is_said_with_what_fits(tmp_path, monkeypatch):
    def run_out(*folder, **choices):
        raise torch.OutOfMemoryError

    folder = write_random_mllm(tmp_path / "model")
    monkeypatch.setattr("transformers.AutoModelForImageTextToText.from_pretrained", run_out)
    with pytest.raises(ProfileError, match=r"take about 0\.0 GB on cpu, where .* are free\. What fits: "):
        load(folder)


@pytest.mark.parametrize(("dtype", "expected"), [("auto", "float32"), ("bfloat16", "bfloat16")])
def test_a_model_runs_in_the_precision_of_the_settings(folder, ask, dtype, expected):
    mllm, computed = load(folder, dtype=dtype), []
    mllm._model.register_forward_hook(lambda model, given, made: computed.append(str(made.logits.dtype)))
    scores_of(mllm, ask())
    assert str(mllm._model.dtype) == f"torch.{expected}"
    assert set(computed) == {f"torch.{expected}"}


def spoil(folder, fault):
    if fault == "config":
        (folder / "config.json").unlink()
    elif fault == "weights":
        (folder / "model.safetensors").rename(folder / "pytorch_model.bin")
    elif fault == "damage":
        (folder / "model.safetensors").write_bytes(b"\x00" * 100)
    elif fault == "hole":
        weights = load_file(folder / "model.safetensors")
        weights.pop(min(weights))
        save_file(weights, folder / "model.safetensors", metadata={"format": "pt"})
    elif fault == "template":
        (folder / "chat_template.jinja").unlink()
    elif fault == "tokenizer":
        (folder / "tokenizer.json").unlink()


@pytest.mark.parametrize(
    ("fault", "message"),
    [
        ("config", "no config.json"),
        ("weights", "loads no pickle"),
        ("damage", "cannot be loaded"),
        ("hole", "lacks 1 weights"),
        ("template", "no chat template"),
        ("tokenizer", "cannot be loaded"),
    ],
)
def test_a_broken_folder_is_one_line_that_names_it(tmp_path, fault, message):
    folder = write_random_mllm(tmp_path / "model")
    spoil(folder, fault)
    with pytest.raises(MissingModelError, match=message) as raised:
        load(folder)
    assert "\n" not in str(raised.value)
    assert str(folder) in str(raised.value)


def test_a_model_that_is_not_here_is_named_with_the_command_that_gets_it():
    with pytest.raises(MissingModelError, match="hf download nobody/nothing"):
        load("nobody/nothing")
