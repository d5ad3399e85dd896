"""The backend for OpenAI-compatible servers, against a real HTTP server that fails as servers do.

No fault ever becomes an answer, and no key is ever shown.
"""

import hashlib
import json
import logging
import math
import socket
import threading
import traceback
from dataclasses import replace
from email.utils import formatdate

import numpy as np
import pytest
from tests.mllms.fault_server import MODEL, Say, completion, fault_server, refusal, wait_until

from echo_iad.deciders.mllm import REFUSED, UNPARSED, MllmDecider
from echo_iad.domain.decisions import Scoring, Status
from echo_iad.domain.evidence import Evidence, Exhibits, ObjectMatch
from echo_iad.domain.parts import Picture
from echo_iad.domain.questions import Question, QuestionType
from echo_iad.errors import MissingModelError, MllmError, ModelGoneError, ProfileError, UnknownNameError, UserError
from echo_iad.mllms import openai_server
from echo_iad.mllms.base import Prompt, Reply
from echo_iad.mllms.catalog import load_mllm
from echo_iad.mllms.retrying import Patience
from echo_iad.mllms.server_address import find_server
from echo_iad.settings import MllmSettings, load_profile
from echo_iad.testing import check_mllm

KEY = "sk-never-to-be-seen-0123456789"
SCORED = Say(completion("B", first={"B": 0.6, " A": 0.2, "The": 0.1}))
STRUCTURED = Say(completion('{"answer": "B"}'))
WHICH = Question("Which defect is it?", {"A": "A dent.", "B": "A stain.", "C": "A hole."})


@pytest.fixture(autouse=True)
def _own_environment(monkeypatch):
    monkeypatch.delenv("OPENAI_BASE_URL", raising=False)
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)
    yield
    openai_server._reached.cache_clear()


@pytest.fixture
def server():
    with fault_server() as scene:
        yield scene


@pytest.fixture
def waits(monkeypatch):
    """Waits between two tries are noted, not waited for."""
    seconds = []

    def patience(retries, *, seed):
        return Patience(retries, seed=seed, wait=lambda stop, told: seconds.append(told) or stop.is_set())

    monkeypatch.setattr(openai_server, "Patience", patience)
    return seconds


@pytest.fixture
def settings(server):
    return MllmSettings(base_url=server.url, timeout_s=5, retries=2)


@pytest.fixture
def mllm(settings, waits):
    """The model without its memory of replies, so that it asks each time."""
    return load_mllm(f"openai:{MODEL}", settings).mllm


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


def test_writing_ends_at_a_stop_though_the_server_goes_on(server, mllm, prompt):
    server.will_say(Say(completion("It is dark. Answer: B")), Say(completion("")))
    asked = replace(prompt, labels=(), stop=("Answer:",))
    assert one(mllm, asked).text == "It is dark. Answer:"
    assert one(mllm, asked) == Reply(Scoring.TEXT, "", prompt_tokens=321, new_tokens=1)


# Faults


FAULTS = {
    "no JSON": (Say(b"<html>Bad gateway</html>"), "Invalid JSON"),
    "half a JSON": (Say(b'{"choices": [{"message"'), "Invalid JSON"),
    "no choice": (Say({"choices": []}), "holds no choice"),
    "an error that is called fine": (Say({"error": {"message": "CUDA out of memory"}}), "CUDA out of memory"),
    "a wrong shape": (Say({"choices": [{"message": {"content": {"B": 1}}}]}), "choices.0.message.content"),
    "nothing written": (Say(completion("", first={"<think>": 1.0})), "wrote nothing"),
    "cut off while thinking": (Say(completion(None, ended="length", reasoning="Hm")), "raise max_new_tokens"),
    "declined apart": (Say(completion(None, refusal="I will not judge B.")), "declined: I will not judge B"),
    "a content filter": (Say(completion("B", first={"B": 1.0}, ended="content_filter")), "content filter"),
    "a closed connection": (Say(completion("B"), cut_after=0), "No answer from http"),
    "a connection closed within": (Say(completion("B"), cut_after=40), "No answer from http"),
    "500": (refusal("boom", 500), "boom"),
    "503": (Say(b"<html>loading</html>", 503), "503"),
    "429": (refusal("slow down", 429), "slow down"),
}


@pytest.fixture
def evidence():
    picture = Picture(np.full((40, 60, 3), 99, np.uint8), 60, 40, "new/1.jpg", "ab" * 32)
    return Evidence(ObjectMatch(None, False, 0.0, 2.0, "Not matched."), exhibits=Exhibits(picture))


@pytest.fixture
def decide(mllm, evidence):
    decider = MllmDecider(mllm, load_profile("edge").decider.model_copy(update={"rotations": 1}))
    return lambda question=WHICH: decider.decide(question, QuestionType.CLASSIFICATION, evidence)


@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize("question", [WHICH, Question("What does it look like?")], ids=["options", "open"])
def test_no_fault_becomes_an_answer(server, decide, fault, question):
    answer, says = FAULTS[fault]
    server.answer = lambda body: answer
    decision = decide(question)
    assert (decision.status, decision.option, decision.scoring) == (Status.FAILED, None, None)
    assert decision.reason.startswith("No answer: ")
    assert says in decision.reason
    assert decision.raw_text == ""


WRITTEN = {
    "a letter": ("B", "B", None),
    "a letter and its text": ("B. A stain.", "B", None),
    "an answer in prose": ("The picture shows a stain, so the answer is B.", "B", None),
    "prose without an answer": ("The surface looks slightly uneven near the rim.", None, UNPARSED),
    "two letters": ("A and B", None, UNPARSED),
    "a letter that is no option": ("E", None, UNPARSED),
    "a refusal": ("I'm sorry, but I can't help with that.", None, REFUSED),
    "cut off before the answer": ("Let me look at the picture. There is", None, UNPARSED),
}


@pytest.mark.parametrize("written", WRITTEN)
def test_what_is_written_is_read_strictly(server, decide, written):
    text, option, reason = WRITTEN[written]
    server.answer = lambda body: Say(completion(text, ended="length" if "cut off" in written else "stop"))
    decision = decide()
    assert (decision.option, decision.scoring, decision.raw_text) == (option, Scoring.TEXT, text)
    assert decision.status is (Status.FAILED if option is None else Status.ANSWERED)
    assert reason is None or decision.reason.startswith(reason)


def test_the_record_says_how_the_answer_was_read(server, decide):
    server.will_say(SCORED, Say(completion("B")), STRUCTURED)
    scored, structured = decide(), decide()
    assert (scored.scoring, scored.option, scored.model) == (Scoring.LOGPROBS, "B", f"openai:{MODEL}")
    assert (structured.scoring, structured.option, dict(structured.probabilities)) == (Scoring.STRUCTURED, "B", {})


def test_a_prompt_that_fails_leaves_its_neighbours_alone(server, mllm, ask):
    def answer(body):
        return refusal("no picture", 400) if "break" in json.dumps(body["messages"]) else SCORED

    server.answer = answer
    prompts = [Prompt(ask(question), ("A", "B")) for question in ("First?", "break", "Third?")]
    first, broken, third = mllm.ask(prompts)
    assert (first.scoring, third.scoring) == (Scoring.LOGPROBS, Scoring.LOGPROBS)
    assert "no picture" in str(broken)


# Trying again


@pytest.mark.parametrize(
    "passing",
    [refusal("busy", 500), refusal("slow", 429), refusal("late", 408), Say(completion("B"), cut_after=9)],
    ids=["500", "429", "408", "closed"],
)
def test_what_passes_is_tried_again(server, mllm, prompt, waits, passing):
    server.will_say(passing, SCORED)
    assert one(mllm, prompt).scoring is Scoring.LOGPROBS
    assert (server.asked, len(waits)) == (2, 1)
    assert 0.5 <= waits[0] <= 0.75


def test_the_server_says_how_long_to_wait_in_seconds_or_as_a_date(server, mllm, prompt, waits):
    date = formatdate(2_000_000_000, usegmt=True)
    server.will_say(
        refusal("slow", 429, headers=[("Retry-After", "9")]),
        refusal("slow", 503, headers=[("Retry-After", date)]),
        SCORED,
    )
    assert one(mllm, prompt).scoring is Scoring.LOGPROBS
    assert 9 <= waits[0] <= 13.5
    assert waits[1] == 60


def test_retries_end_as_the_settings_say(server, mllm, prompt, settings):
    server.answer = lambda body: refusal("busy", 503)
    assert isinstance(one(mllm, prompt), MllmError)
    assert server.asked == settings.retries + 1


def test_an_answer_that_stalls_midway_is_given_up_and_tried_again(server, settings, waits, prompt):
    mllm = load_mllm(f"openai:{MODEL}", settings.model_copy(update={"timeout_s": 0.3})).mllm
    server.will_say(Say(completion("B"), cut_after=30, stall=True), SCORED)
    assert one(mllm, prompt).scoring is Scoring.LOGPROBS
    server.answer = lambda body: Say(completion("B"), cut_after=30, stall=True)
    assert "did not answer in time" in str(one(mllm, prompt))


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


def test_a_server_that_dies_during_a_run_is_told_from_one_bad_prompt(settings, waits, ask):
    with fault_server() as server:
        mllm = load_mllm(f"openai:{MODEL}", settings.model_copy(update={"base_url": server.url})).mllm
        assert isinstance(one(mllm, Prompt(ask(), ("A", "B"))), Reply)
    with pytest.raises(ModelGoneError, match="No answer from http://127"):
        mllm.ask([Prompt(ask(str(number)), ("A", "B")) for number in range(9)])


# Several at once


def test_no_more_requests_are_under_way_than_the_settings_allow(server, settings, waits, ask):
    mllm = load_mllm(f"openai:{MODEL}", settings.model_copy(update={"concurrency": 3})).mllm
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


# Loading


def test_the_last_model_is_kept_with_its_replies(server, settings, waits, prompt):
    server.will_say(SCORED)
    first = load_mllm(f"openai:{MODEL}", settings)
    again = load_mllm(f"openai:{MODEL}", settings)
    assert first is again
    assert first.name == f"openai:{MODEL}"
    assert one(first, prompt) == one(again, prompt)
    assert server.asked == 1


def test_the_server_of_the_environment_is_asked(server, monkeypatch, waits, prompt):
    monkeypatch.setenv("OPENAI_BASE_URL", server.url)
    assert isinstance(one(load_mllm(f"openai:{MODEL}"), prompt), Reply)


def test_a_server_that_is_not_there_is_said_before_any_work():
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{free.getsockname()[1]}/v1"
    with pytest.raises(MissingModelError, match=rf"{url}.*Start the server, for example with: vllm serve some-model"):
        load_mllm("openai:some-model", MllmSettings(base_url=url))


def test_a_name_that_the_server_does_not_have_is_told_with_those_that_it_has(server, settings):
    server.models = Say({"data": [{"id": "Qwen/Qwen2-VL-7B-Instruct"}, {"id": "llava:7b"}]})
    with pytest.raises(UnknownNameError) as unknown:
        load_mllm("openai:Qwen/Qwen2-VL-7B", settings)
    said = str(unknown.value)
    assert server.url in said
    assert "Did you mean 'Qwen/Qwen2-VL-7B-Instruct'?" in said
    assert "llava:7b" in said


def test_of_very_many_names_the_nearest_are_told(server, settings):
    server.models = Say({"data": [{"id": f"model-{number}"} for number in range(300)] + [{"id": "the-one-7b"}]})
    with pytest.raises(UnknownNameError, match="Did you mean 'the-one-7b'") as unknown:
        load_mllm("openai:the-one", settings)
    assert str(unknown.value).count("model-") < 20


@pytest.mark.parametrize(
    "models",
    [Say(b"", 404), Say(b"", 405), Say(b"oops", 500), Say({"data": []}), Say({"object": "list"}), Say(b"<html>")],
    ids=["404", "405", "500", "none", "other", "html"],
)
def test_a_server_that_lists_no_models_is_taken_at_its_word(server, settings, waits, prompt, models):
    server.models = models
    assert isinstance(one(load_mllm("openai:any-name", settings), prompt), Reply)


def test_a_folder_of_the_server_need_not_be_listed(server, settings):
    assert load_mllm("openai:./folder/of/a/model", settings).name == "openai:./folder/of/a/model"


@pytest.mark.parametrize("status", [401, 403])
def test_a_key_that_is_refused_is_said_before_any_work(server, settings, monkeypatch, status):
    monkeypatch.setenv("OPENAI_API_KEY", KEY)
    server.models = refusal(f"Incorrect API key provided: {KEY}", status)
    with pytest.raises(MissingModelError, match="refuses the key of OPENAI_API_KEY") as refused:
        load_mllm(f"openai:{MODEL}", settings)
    assert KEY not in "".join(traceback.format_exception(refused.value))


def test_a_missing_key_and_a_wrong_url_are_users_faults():
    with pytest.raises(MissingModelError, match="Set OPENAI_API_KEY"):
        load_mllm("openai:gpt-4o")
    with pytest.raises(ProfileError, match="A base URL looks like"):
        load_mllm("openai:gpt-4o", MllmSettings(base_url="nonsense"))


# The key


def test_the_key_reaches_the_server_and_nobody_else(
    server, settings, monkeypatch, waits, prompt, caplog, capfd, decide_with
):
    monkeypatch.setenv("OPENAI_API_KEY", KEY)
    caplog.set_level(logging.DEBUG)
    echoes = [
        refusal(f"Incorrect API key provided: {KEY}", 401),
        refusal(f"key {KEY} has no quota", 429),
        refusal(f"{'x' * 290}{KEY}", 400),
        Say(f"<html>{KEY}".encode(), 500),
        Say(f'{{"choices": "{KEY}"}}'.encode()),
        Say(completion(None, refusal=f"Not with {KEY}.")),
        Say(completion(f"Your key is {KEY}. The answer is B.")),
        Say(completion("B"), headers=[("X-Echo", "fine")], cut_after=5),
    ]
    said = []
    for echo in echoes:
        openai_server._reached.cache_clear()
        mllm = load_mllm(f"openai:{MODEL}", settings)
        server.answer = lambda body, echo=echo: echo
        said += [repr(mllm), repr(vars(mllm)), repr(vars(mllm.mllm)), repr(vars(mllm.mllm._connection))]
        for labels in (("A", "B"), ()):
            try:
                said.append(repr(mllm.ask([replace(prompt, labels=labels)])))
                said.append(repr(decide_with(mllm)))
            except UserError as fault:
                said.append("".join(traceback.format_exception(fault)))
                said.append(repr([fault.__cause__, fault.__context__]))
    out = capfd.readouterr()
    said += [record.getMessage() for record in caplog.records] + [str(vars(record)) for record in caplog.records]
    assert any(headers.get("Authorization") == f"Bearer {KEY}" for headers in server.headers)
    assert len(said) > 60
    assert not [text for text in (*said, out.out, out.err) if KEY in text or KEY[:20] in text]


@pytest.fixture
def decide_with(evidence):
    return lambda mllm: MllmDecider(mllm, load_profile("edge").decider).decide(
        WHICH, QuestionType.CLASSIFICATION, evidence
    )


def test_no_key_of_another_kind_is_sent_without_one(server, settings, waits, prompt):
    one(load_mllm(f"openai:{MODEL}", settings), prompt)
    assert {headers.get("Authorization") for headers in server.headers} == {"Bearer none"}


def test_another_key_is_another_server(server, settings, monkeypatch):
    monkeypatch.setenv("OPENAI_API_KEY", "first")
    first = load_mllm(f"openai:{MODEL}", settings)
    monkeypatch.setenv("OPENAI_API_KEY", "second")
    assert load_mllm(f"openai:{MODEL}", settings) is not first
    assert find_server(server.url).key.get_secret_value() == "second"
