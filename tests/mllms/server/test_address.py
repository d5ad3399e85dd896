"""The server is found by argument, environment or default; its key is never shown."""

import pytest

from echo_iad.errors import MissingModelError, ProfileError
from echo_iad.mllms.server.address import OPENAI, find_server

KEY = "sk-never-to-be-seen"


@pytest.fixture(autouse=True)
def _no_server_in_the_environment(monkeypatch):
    monkeypatch.delenv("OPENAI_BASE_URL", raising=False)
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)


def test_the_argument_comes_before_the_environment_and_that_before_openai(monkeypatch):
    monkeypatch.setenv("OPENAI_API_KEY", KEY)
    assert find_server().url == OPENAI
    monkeypatch.setenv("OPENAI_BASE_URL", "http://10.0.0.7:8000/v1/")
    assert find_server().url == "http://10.0.0.7:8000/v1"
    assert find_server("http://localhost:1234/v1").url == "http://localhost:1234/v1"


@pytest.mark.parametrize("host", ["127.0.0.1:8000", "127.1.2.3", "localhost:8080", "LOCALHOST", "[::1]:8000"])
def test_no_key_is_needed_on_this_machine(host):
    address = find_server(f"http://{host}/v1")
    assert address.on_this_machine
    assert address.key.get_secret_value() == ""


@pytest.mark.parametrize(
    "url", ["", "http://10.0.0.7:8000/v1", "https://localhost.example.org/v1", "http://127.evil.org/v1"]
)
def test_a_key_is_needed_elsewhere(url, monkeypatch):
    with pytest.raises(MissingModelError, match="Set OPENAI_API_KEY in the environment"):
        find_server(url)
    monkeypatch.setenv("OPENAI_API_KEY", "any")
    assert not find_server(url).on_this_machine


@pytest.mark.parametrize(
    "url",
    [
        "127.0.0.1:8000/v1",
        "ftp://127.0.0.1/v1",
        "http://",
        "http://127.0.0.1:port/v1",
        "http://[::1/v1",
        "http://a b/v1",
        "http://127.0.0.1:99999/v1",
        "http://.../v1",
    ],
)
def test_what_is_no_url_is_refused_with_an_example(url):
    with pytest.raises(ProfileError, match=r"A base URL looks like http://127\.0\.0\.1:8000/v1"):
        find_server(url)


@pytest.mark.parametrize(
    "url",
    [
        f"http://me:{KEY}@127.0.0.1/v1",
        f"http://{KEY}@127.0.0.1/v1",
        f"https://x.org/v1?key={KEY}",
        f"http://me:{KEY}@host:bad/v1",
        f"me:{KEY}@host/v1",
        f"https://me:{KEY}@[::1/v1",
        f"http://me:{KEY}%40host/v1",
        f"http://host:bad/v1?key={KEY}",
    ],
)
def test_a_url_with_a_secret_is_refused_without_repeating_it(url):
    with pytest.raises(ProfileError, match="OPENAI_API_KEY in the environment") as refused:
        find_server(url)
    assert KEY not in str(refused.value)


def test_the_key_is_in_no_representation_and_is_taken_out_of_texts(monkeypatch):
    monkeypatch.setenv("OPENAI_API_KEY", f" {KEY}\n")
    address = find_server()
    assert address.key.get_secret_value() == KEY
    assert KEY not in f"{address!r} {address} {address.key} {vars(address)}"
    assert address.without_key(f"Wrong key {KEY}!") == "Wrong key <key>!"
    monkeypatch.delenv("OPENAI_API_KEY")
    assert find_server("http://localhost/v1").without_key("Nothing to hide") == "Nothing to hide"


def test_a_word_of_a_model_is_no_secret(monkeypatch):
    said = "There is something; none of it is a token."
    for word in ("none", "token", "A"):
        monkeypatch.setenv("OPENAI_API_KEY", word)
        assert find_server().without_key(said) == find_server().written_without_key(said) == said
    monkeypatch.setenv("OPENAI_API_KEY", "something")
    assert find_server().written_without_key(said) == said
    assert "something" not in find_server().without_key(said)
    monkeypatch.setenv("OPENAI_API_KEY", KEY)
    assert find_server().written_without_key(f"Your key is {KEY}.") == "Your key is <key>."


@pytest.mark.parametrize("key", [f"{KEY} {KEY}", f"{KEY}\nX-Other: 1", f"“{KEY}”", f"{KEY}\x7f"])
def test_what_is_no_key_is_refused_without_repeating_it(key, monkeypatch):
    monkeypatch.setenv("OPENAI_API_KEY", key)
    with pytest.raises(ProfileError, match="OPENAI_API_KEY holds") as refused:
        find_server("http://127.0.0.1/v1")
    assert KEY not in str(refused.value)
