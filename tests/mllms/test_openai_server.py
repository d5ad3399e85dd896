"""The backend for OpenAI-compatible servers, against a real HTTP server that fails as servers do.

No fault ever becomes an answer, and no key is ever shown.
"""

import json
import logging
import signal
import socket
import subprocess
import sys
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
from echo_iad.errors import MissingModelError, MllmError, ProfileError, UnknownNameError, UserError
from echo_iad.mllms import openai_server
from echo_iad.mllms.base import Prompt, Reply
from echo_iad.mllms.catalog import load_mllm
from echo_iad.mllms.server.address import find_server
from echo_iad.mllms.server.retrying import Patience
from echo_iad.samples import sample_parts
from echo_iad.settings import MllmSettings, load_profile

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


# Faults


FAULTS = {
    "no JSON": (Say(b"<html>Bad gateway</html>"), "Invalid JSON"),
    "half a JSON": (Say(b'{"choices": [{"message"'), "Invalid JSON"),
    "no choice": (Say({"choices": []}), "holds no choice"),
    "an error that is called fine": (Say({"error": {"message": "CUDA out of memory"}}), "CUDA out of memory"),
    "a wrong shape": (Say({"choices": [{"message": {"content": {"B": 1}}}]}), "choices.0.message.content"),
    "nothing written": (Say(completion("", first={"<think>": 1.0})), "wrote nothing"),
    "cut off while thinking": (Say(completion(None, ended="length", reasoning="Hm")), "raise max_new_tokens"),
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


def test_a_refusal_that_stands_apart_is_one(server, decide):
    server.answer = lambda body: Say(completion(None, refusal="I will not judge B"))
    decision = decide()
    assert (decision.status, decision.raw_text) == (Status.FAILED, "I will not judge B")
    assert decision.reason.startswith("Refused: ")


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
    server.will_say(
        refusal("slow", 429, headers=[("Retry-After", "9")]),
        refusal("slow", 503, headers=[("Retry-After", formatdate(0, usegmt=True))]),
        SCORED,
    )
    assert one(mllm, prompt).scoring is Scoring.LOGPROBS
    assert 9 <= waits[0] <= 13.5
    assert waits[1] == 0


@pytest.mark.parametrize("told", ["3600", formatdate(4_000_000_000, usegmt=True)], ids=["seconds", "date"])
def test_a_server_that_asks_for_a_long_wait_is_not_asked_too_early(server, mllm, prompt, waits, told):
    server.answer = lambda body: refusal("slow", 429, headers=[("Retry-After", told)])
    assert "slow. The server asks to wait " in str(one(mllm, prompt))
    assert (server.asked, waits) == (1, [])


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


@pytest.mark.parametrize("status", [200, 500])
def test_an_answer_that_comes_in_drops_is_given_up(server, settings, waits, prompt, status):
    mllm = load_mllm(f"openai:{MODEL}", settings.model_copy(update={"timeout_s": 0.3, "retries": 0})).mllm
    server.answer = lambda body: Say(completion("B", first={"B": 1.0}), status, drip=True)
    assert "did not answer in time, within 0.3 s" in str(one(mllm, prompt))


ASKING = """
import signal, sys
from echo_iad.domain.messages import Message, Role, TextPart
from echo_iad.mllms.base import Prompt
from echo_iad.mllms.catalog import load_mllm
from echo_iad.settings import MllmSettings
signal.signal(signal.SIGINT, signal.default_int_handler)  # what starts the tests may ignore it
mllm = load_mllm(sys.argv[1], MllmSettings(base_url=sys.argv[2], timeout_s=300))
mllm.ask([Prompt((Message(Role.USER, (TextPart("Which?"),)),), ("A", "B"))])
"""


def test_an_interrupt_waits_for_no_request_under_way(server):
    server.answer = lambda body: Say(completion("B"), cut_after=0, stall=True)  # for 30 seconds
    words = [sys.executable, "-c", ASKING, f"openai:{MODEL}", server.url]
    with subprocess.Popen(words, stderr=subprocess.PIPE, text=True) as asking:
        try:
            wait_until(lambda: server.in_flight == 1, seconds=60)
            asking.send_signal(signal.SIGINT)
            said = asking.communicate(timeout=10)[1]
        finally:
            asking.kill()
    assert "KeyboardInterrupt" in said
    assert "Exception ignored" not in said


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


def test_a_base_url_without_its_end_is_told_from_a_missing_model(server, settings, waits, prompt):
    server.answer = lambda body: Say(b"", 404)
    short = server.url.removesuffix("/v1")
    assert f"this one is {short}" in str(one(load_mllm(f"openai:{MODEL}", MllmSettings(base_url=short)), prompt))
    assert "this one is" not in str(one(load_mllm(f"openai:{MODEL}", settings), prompt))


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
        Say(f"{'x' * 60}{KEY}".encode()),
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


@pytest.mark.parametrize("key", ["none", "token", "content", "A", "B", "something"])
def test_a_key_that_is_a_word_changes_no_answer(server, settings, monkeypatch, waits, prompt, key):
    monkeypatch.setenv("OPENAI_API_KEY", key)
    mllm = load_mllm(f"openai:{MODEL}", settings)
    text = "There is none of A or B: the token has no content, something else has."
    server.will_say(SCORED, Say(completion(text)))
    assert set(one(mllm, prompt).scores) == {"A", "B"}
    assert one(mllm, replace(prompt, labels=())).text == text


def test_a_name_that_holds_the_key_is_not_told(server, settings, monkeypatch):
    monkeypatch.setenv("OPENAI_API_KEY", KEY)
    server.models = Say({"data": [{"id": f"of-{KEY}"}]})
    with pytest.raises(UnknownNameError, match="of-<key>"):
        load_mllm("openai:another", settings)


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


# From the command line


@pytest.fixture
def part():
    return min(sample_parts().rglob("*.jpg"))


def test_a_record_and_a_report_hold_no_key(server, process, part, samples_enrolled, tmp_path):
    server.answer = lambda body: Say(completion(f"I was asked with {KEY}. It looks dented."))
    ended = process(
        *("inspect", part, "--memory", samples_enrolled, "--model", f"openai:{MODEL}", "--base-url", server.url),
        *("--json", "--report", tmp_path / "report.html"),
        OPENAI_API_KEY=KEY,
    )
    decision = json.loads(ended.out)["decision"]
    assert decision["raw_text"] == "I was asked with <key>. It looks dented."
    assert (decision["status"], decision["scoring"], decision["prompt_tokens"]) == ("answered", "text", 321)
    assert KEY not in ended.out + ended.err + (tmp_path / "report.html").read_text(encoding="utf-8")
    assert server.headers[-1]["Authorization"] == f"Bearer {KEY}"
    assert [each["type"] for each in server.bodies[-1]["messages"][-1]["content"]].count("image_url") == 2


def test_a_server_that_turns_the_key_away_ends_the_command_with_one_line(server, process, part, samples_enrolled):
    server.answer = lambda body: refusal(f"Wrong key {KEY}", 401)
    ended = process(
        *("inspect", part, "--memory", samples_enrolled, "--model", f"openai:{MODEL}"),
        OPENAI_BASE_URL=server.url,
        OPENAI_API_KEY=KEY,
    )
    assert (ended.code, ended.out) == (2, "")
    assert ended.err.count("\n") == 1
    assert "refuses the key of OPENAI_API_KEY" in ended.err
    assert KEY not in ended.err
