"""A model behind a server: asked in the best way that the server has, several prompts at once, until it is gone."""

import hashlib
import json
import math
import threading
from dataclasses import replace

import pytest
from tests.mllms.fault_server import MODEL, Say, completion, fault_server, refusal, wait_until

from echo_iad.domain.decisions import Scoring
from echo_iad.errors import MllmError, ModelGoneError
from echo_iad.mllms.base import Prompt, Reply
from echo_iad.mllms.openai_server import OpenAIConnection
from echo_iad.mllms.server.address import find_server
from echo_iad.mllms.server.asking import ServerMllm
from echo_iad.mllms.server.retrying import Patience
from echo_iad.settings import MllmSettings
from echo_iad.testing import check_mllm

SCORED = Say(completion("B", first={"B": 0.6, " A": 0.2, "The": 0.1}))
STRUCTURED = Say(completion('{"answer": "B"}'))


@pytest.fixture
def server(monkeypatch):
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)
    with fault_server() as scene:
        yield scene


def reach(server, concurrency=4):
    """The model, waiting for nothing between two tries."""
    patience = Patience(1, seed=0, wait=lambda stop, seconds: stop.is_set())
    connection = OpenAIConnection(find_server(server.url), MODEL, MllmSettings(timeout_s=10), patience)
    return ServerMllm(f"openai:{MODEL}", connection, concurrency)


@pytest.fixture
def mllm(server):
    return reach(server)


@pytest.fixture
def prompt(ask):
    return Prompt(ask(), ("A", "B"), max_new_tokens=16)


def one(mllm, prompt):
    return mllm.ask([prompt])[0]


# How labels are scored


def test_labels_are_scored_by_the_first_token_where_the_server_lists_it(server, mllm, prompt):
    server.will_say(SCORED)
    reply = one(mllm, prompt)
    assert (reply.scoring, reply.text) == (Scoring.LOGPROBS, "")
    assert {label: math.exp(score) for label, score in reply.scores.items()} == pytest.approx({"A": 0.25, "B": 0.75})
    assert (reply.prompt_tokens, reply.new_tokens, server.asked) == (321, 1, 1)
    sent = server.bodies[0]
    assert (sent["model"], sent["logprobs"], sent["max_tokens"], sent["temperature"]) == (MODEL, True, 1, 0)


def test_a_server_without_probabilities_is_made_to_choose_and_that_is_remembered(server, mllm, prompt):
    server.will_say(Say(completion("B")), STRUCTURED, STRUCTURED)
    for _ in range(2):
        reply = one(mllm, prompt)
        assert (reply.scoring, reply.text, dict(reply.scores)) == (Scoring.STRUCTURED, "B", {})
    assert ["logprobs" in body for body in server.bodies] == [True, False, False]


@pytest.mark.parametrize("status", [400, 404, 422, 501])
def test_a_server_that_refuses_both_writes_and_that_is_remembered(server, mllm, prompt, status):
    server.will_say(refusal("logprobs are not supported", status), refusal("no response_format", status))
    replies = [one(mllm, prompt) for _ in range(3)]
    assert {(reply.scoring, reply.text) for reply in replies} == {(Scoring.TEXT, "B")}
    assert server.asked == 5


def test_a_model_whose_probabilities_are_forbidden_is_made_to_choose(server, mllm, prompt):
    server.will_say(refusal("You are not allowed to request logprobs from this model", 403), STRUCTURED, STRUCTURED)
    assert [one(mllm, prompt).scoring for _ in range(2)] == [Scoring.STRUCTURED] * 2
    assert server.asked == 3


def test_a_server_that_ignores_both_is_taken_to_write(server, mllm, prompt):
    server.will_say(Say(completion("I")), Say(completion("I think it is B.")), Say(completion("I think it is B.")))
    assert one(mllm, prompt).scoring is Scoring.TEXT
    assert one(mllm, prompt) == Reply(Scoring.TEXT, "B", prompt_tokens=321, new_tokens=1)
    assert server.asked == 4


def test_what_has_worked_once_is_tried_first_with_every_prompt(server, mllm, prompt):
    server.will_say(SCORED, Say(completion("")), STRUCTURED, SCORED)
    scorings = [one(mllm, prompt).scoring for _ in range(3)]
    assert scorings == [Scoring.LOGPROBS, Scoring.STRUCTURED, Scoring.LOGPROBS]


def test_one_prompt_that_is_refused_in_every_way_teaches_nothing(server, mllm, prompt):
    server.will_say(*[refusal("The prompt is too long: 9000 tokens.")] * 3, SCORED)
    refused = one(mllm, prompt)
    assert isinstance(refused, MllmError)
    assert "too long: 9000 tokens" in str(refused)
    assert one(mllm, prompt).scoring is Scoring.LOGPROBS


def test_a_model_that_is_about_to_write_no_label_is_made_to_for_this_prompt_alone(server, mllm, prompt):
    server.will_say(Say(completion("It", first={"It": 0.98, "A": 0.01})), STRUCTURED, SCORED)
    assert [one(mllm, prompt).scoring for _ in range(2)] == [Scoring.STRUCTURED, Scoring.LOGPROBS]


def test_a_model_that_reasons_first_is_not_scored_by_its_first_token_again(server, mllm, prompt):
    thinking = Say(completion("", first={"B": 0.9}, reasoning_content="Hm"))
    server.will_say(thinking, Say(completion('{"answer": "A"}', reasoning_content="A dent.")), STRUCTURED)
    first, second = one(mllm, prompt), one(mllm, prompt)
    assert (first.scoring, first.text, first.thought) == (Scoring.STRUCTURED, "A", "A dent.")
    assert (second.scoring, server.asked) == (Scoring.STRUCTURED, 3)


def test_an_open_question_is_written_and_asks_for_nothing_else(server, mllm, prompt):
    server.will_say(Say(completion(" A dark stain. ")))
    assert one(mllm, replace(prompt, labels=())) == Reply(
        Scoring.TEXT, "A dark stain.", prompt_tokens=321, new_tokens=1
    )
    assert not {"logprobs", "response_format"} & set(server.bodies[0])


def test_fields_that_a_model_does_not_take_are_left_out_from_then_on(server, mllm, prompt):
    server.will_say(
        refusal("Unsupported parameter: 'max_tokens'. Use 'max_completion_tokens' instead."),
        refusal("Unsupported value: 'temperature' does not support 0 with this model."),
        SCORED,
        SCORED,
    )
    assert [one(mllm, prompt).scoring for _ in range(2)] == [Scoring.LOGPROBS] * 2
    assert [("temperature" in body, "max_tokens" in body) for body in server.bodies] == [
        (True, True), (True, False), (False, False), (False, False),
    ]  # fmt: skip


def test_a_server_that_breaks_down_over_a_stop_is_asked_without_it(server, mllm, prompt):
    """And is not asked with it again; the text ends at the stop all the same."""
    server.answer = lambda body: refusal("boom", 500) if "stop" in body else Say(completion("Yes. Answer: B, or so."))
    asked = replace(prompt, labels=(), stop=("Answer:",))
    assert [one(mllm, asked).text for _ in range(2)] == ["Yes. Answer:"] * 2
    assert ["stop" in body for body in server.bodies][-2:] == [False, False]


def test_writing_ends_at_a_stop_though_the_server_goes_on(server, mllm, prompt):
    server.will_say(Say(completion("It is dark. Answer: B")), Say(completion("")))
    asked = replace(prompt, labels=(), stop=("Answer:",))
    assert one(mllm, asked).text == "It is dark. Answer:"
    assert one(mllm, asked) == Reply(Scoring.TEXT, "", prompt_tokens=321, new_tokens=1)


# When the server is gone


def test_a_server_that_fails_five_prompts_in_a_row_is_gone(server, mllm, prompt):
    server.will_say(SCORED)
    assert isinstance(one(mllm, prompt), Reply)
    server.answer = lambda body: refusal("the engine died", 500)
    for _ in range(4):
        assert isinstance(one(mllm, prompt), MllmError)
    with pytest.raises(ModelGoneError, match=r"failed 5 prompts in a row, the last with: .*the engine died.*--resume"):
        one(mllm, prompt)


def test_one_answer_between_starts_the_count_anew_and_a_server_may_come_back(server, mllm, prompt):
    server.answer = lambda body: refusal("busy", 503)
    for _ in range(4):
        one(mllm, prompt)
    server.answer = lambda body: SCORED
    assert isinstance(one(mllm, prompt), Reply)
    server.answer = lambda body: refusal("busy", 503)
    assert [type(one(mllm, prompt)) for _ in range(4)] == [MllmError] * 4
    with pytest.raises(ModelGoneError):
        one(mllm, prompt)
    server.answer = lambda body: SCORED
    assert isinstance(one(mllm, prompt), Reply)


def test_prompts_that_are_refused_do_not_end_a_run_once_the_server_has_answered(server, mllm, prompt):
    server.will_say(SCORED, *[refusal("too long", 400)] * 30)
    one(mllm, prompt)
    assert [type(one(mllm, prompt)) for _ in range(8)] == [MllmError] * 8


def test_a_server_that_refuses_every_prompt_from_the_first_is_gone(server, mllm, prompt):
    server.answer = lambda body: refusal("this model takes no images", 400)
    with pytest.raises(ModelGoneError, match="takes no images"):
        mllm.ask([prompt] * 5)


@pytest.mark.parametrize("status", [401, 402, 403])
def test_a_key_that_is_refused_ends_all_at_once(server, mllm, ask, status):
    server.answer = lambda body: refusal("no such key", status)
    prompts = [Prompt(ask(str(number)), ("A", "B")) for number in range(50)]
    with pytest.raises(ModelGoneError, match="refuses the key of OPENAI_API_KEY"):
        mllm.ask(prompts)
    assert server.asked < 50


def test_a_picture_that_the_server_cannot_take_ends_no_run(server, mllm, ask):
    def answer(body):
        return refusal("cannot identify the image", 500) if "scratched" in json.dumps(body["messages"]) else SCORED

    server.answer = answer
    words = ["fine"] * 10 + ["scratched"] * 12 + ["fine"] * 3
    answered = mllm.ask([Prompt(ask(f"{word} {number}"), ("A", "B")) for number, word in enumerate(words)])
    assert [isinstance(each, Reply) for each in answered] == [word == "fine" for word in words]
    assert all("cannot identify the image" in str(each) for each in answered if not isinstance(each, Reply))


def test_a_picture_that_the_server_cannot_take_ends_no_run_that_begins_with_it(server, mllm, ask):
    def answer(body):
        return refusal("cannot identify the image", 400) if "scratched" in json.dumps(body["messages"]) else SCORED

    server.answer = answer
    words = ["scratched"] * 12 + ["fine"] * 3
    answered = mllm.ask([Prompt(ask(f"{word} {number}"), ("A", "B")) for number, word in enumerate(words)])
    assert [isinstance(each, Reply) for each in answered] == [word == "fine" for word in words]


def test_a_model_that_takes_no_picture_at_all_ends_the_run_in_the_end(server, mllm, ask):
    def answer(body):
        return refusal("takes no images", 400) if "image_url" in json.dumps(body["messages"]) else Say(completion("I"))

    server.answer = answer
    with pytest.raises(ModelGoneError, match="failed 50 prompts in a row, the last with: .*takes no images"):
        mllm.ask([Prompt(ask(str(number))) for number in range(50)])


def test_the_sign_of_life_is_a_few_words_in_the_fields_that_the_model_takes(server, mllm, prompt):
    server.will_say(
        *[refusal("boom", 500)] * 10,  # five prompts, each tried twice
        refusal("Unsupported parameter: 'max_tokens'. Use 'max_completion_tokens' instead."),
        Say(completion(None, ended="length", reasoning="Hm")),
        SCORED,
    )
    assert [type(one(mllm, prompt)) for _ in range(5)] == [MllmError] * 5
    sign = server.bodies[-1]
    assert sign["max_completion_tokens"] == 1
    assert [type(message["content"]) for message in sign["messages"]] == [str]
    assert isinstance(one(mllm, prompt), Reply)


def test_what_is_forbidden_after_an_answer_is_one_prompt(server, mllm, prompt):
    server.will_say(SCORED, refusal("flagged by moderation", 403), SCORED)
    first, flagged, third = [one(mllm, prompt) for _ in range(3)]
    assert (type(first), type(flagged), type(third)) == (Reply, MllmError, Reply)
    assert "flagged by moderation" in str(flagged)


def test_a_key_that_is_withdrawn_during_a_run_ends_it(server, mllm, prompt):
    server.will_say(SCORED)
    one(mllm, prompt)
    server.answer = lambda body: refusal("no such key", 403)
    with pytest.raises(ModelGoneError, match="no such key"):
        mllm.ask([prompt] * 5)


def test_a_server_that_dies_during_a_run_is_told_from_one_bad_prompt(ask):
    with fault_server() as server:
        mllm = reach(server)
        assert isinstance(one(mllm, Prompt(ask(), ("A", "B"))), Reply)
    with pytest.raises(ModelGoneError, match="No answer from http://127"):
        mllm.ask([Prompt(ask(str(number)), ("A", "B")) for number in range(9)])


# Several at once


def test_no_more_requests_are_under_way_than_the_settings_allow(server, ask):
    mllm = reach(server, concurrency=3)
    full = threading.Event()

    def answer(body):
        def late():
            full.wait(10)
            return SCORED

        return late

    server.answer = answer
    halves = [[Prompt(ask(f"{half}{number}"), ("A", "B")) for number in range(6)] for half in "ab"]
    asking = [threading.Thread(target=mllm.ask, args=(half,)) for half in halves]
    for thread in asking:
        thread.start()
    wait_until(lambda: server.in_flight == 3)
    full.set()
    for thread in asking:
        thread.join()
    assert (server.asked, server.most_in_flight) == (12, 3)


def test_replies_come_in_the_order_of_their_prompts(server, mllm, ask):
    turns = threading.Semaphore(0)

    def answer(body):
        number = int(body["messages"][-1]["content"][-1]["text"])

        def when_told():
            if number == 0:
                assert turns.acquire(timeout=10)
            elif number == 3:
                turns.release()
            return Say(completion(f"The answer to {number}"))

        return when_told

    server.answer = answer
    replies = mllm.ask([Prompt(ask(str(number))) for number in range(8)])
    assert [reply.text for reply in replies] == [f"The answer to {number}" for number in range(8)]


def test_what_an_end_breaks_off_is_no_fault_of_the_server(server, ask):
    mllm = reach(server, concurrency=6)
    server.will_say(SCORED)
    one(mllm, Prompt(ask(), ("A", "B")))
    under_way = threading.Event()

    def answer(body):
        if server.asked == 7:  # one before, and these six
            under_way.set()
        if "refused" in json.dumps(body["messages"]):
            return lambda: under_way.wait(10) and refusal("no such key", 401)
        return Say(completion("B"), cut_after=0, stall=True)

    server.answer = answer
    with pytest.raises(ModelGoneError, match="no such key"):
        mllm.ask([Prompt(ask(word), ("A", "B")) for word in ("refused", *"12345")])
    server.answer = lambda body: refusal("boom", 500)
    assert isinstance(one(mllm, Prompt(ask(), ("A", "B"))), MllmError)


def test_nothing_is_nothing(server, mllm):
    assert mllm.ask([]) == []
    assert server.asked == 0


# The contract of every model


def drawn(body):
    """What a model with a will of its own says: all depends on the messages, and on nothing else."""
    said = json.dumps(body["messages"])
    digest = hashlib.sha256(said.encode()).digest()
    if body.get("logprobs"):
        weights = dict(zip(("A", " A", "B", "C", "The"), digest, strict=False))
        first = {token: (weight + 1) / 2000 for token, weight in weights.items()}
        return Say(completion("A", first=first | {"\n": 1e-9}, usage=False) | usage(said, 1))
    words = [("dent", "rim", "grey", "left")[byte % 4] for byte in digest[: body["max_tokens"]]]
    text = " ".join(words)
    ends = [text.index(mark) for mark in body.get("stop", ()) if mark in text]
    return Say(completion(text[: min(ends, default=None)], usage=False) | usage(said, len(words)))


def usage(said, new):
    return {"usage": {"prompt_tokens": len(said) // 4, "completion_tokens": new}}


def without_probabilities(body):
    if "response_format" in body:
        said = json.dumps(body["messages"])
        labels = sorted(body["response_format"]["json_schema"]["schema"]["properties"]["answer"]["enum"])
        chosen = labels[hashlib.sha256(said.encode()).digest()[0] % len(labels)]
        return Say(completion(json.dumps({"answer": chosen}), usage=False) | usage(said, 5))
    return drawn({key: value for key, value in body.items() if "logprobs" not in key})


@pytest.mark.parametrize("answer", [drawn, without_probabilities])
def test_the_contract_is_kept(server, mllm, answer):
    server.answer = answer
    check_mllm(mllm)
