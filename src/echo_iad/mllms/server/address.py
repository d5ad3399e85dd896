"""Where a server of models is, and with which key. Reads no network.

The key comes from the environment alone. It is held as a secret, and hidden in what is shown of a server's words. A key
may be any word, though, and then it is one that answers are made of: what is read stays as the server wrote it.
"""

from __future__ import annotations

from dataclasses import dataclass
from ipaddress import ip_address
from urllib.parse import SplitResult, urlsplit

from pydantic import SecretStr

from echo_iad.errors import MissingModelError, ProfileError
from echo_iad.settings import server_key, server_url

OPENAI = "https://api.openai.com/v1"
"""Where requests go when no other server is named."""
_HIDDEN = "<key>"
_SHORTEST_SECRET = 8
"""Characters: what is shorter protects nothing, and stands in many words."""
_SECRETS_FOLLOW = ("@", "%40", "?", "#")
"""Marks of a URL with a name, a password or a query."""


@dataclass(frozen=True)
class ServerAddress:
    """A server of models, and the key that it wants."""

    url: str
    """Base URL without a slash at its end, e.g. ``http://127.0.0.1:8000/v1``."""
    key: SecretStr
    """Empty when there is none."""

    @property
    def on_this_machine(self) -> bool:
        """Whether its URL names the loopback interface."""
        return _is_loopback(urlsplit(self.url).hostname or "")

    def without_key(self, text: str) -> str:
        """A text to be shown, with the key hidden wherever it stands; shorter ones than 8 characters are not."""
        secret = self.key.get_secret_value()
        return text.replace(secret, _HIDDEN) if len(secret) >= _SHORTEST_SECRET else text

    def written_without_key(self, text: str) -> str:
        """The same for what a model wrote, where a key of letters alone stays: it may be a word like any other."""
        return text if self.key.get_secret_value().isalpha() else self.without_key(text)


def find_server(base_url: str = "") -> ServerAddress:
    """Find the server to ask: the URL that is given, else that of ``OPENAI_BASE_URL``, else OpenAI's.

    Parameters
    ----------
    base_url : str
        Of the profile or the command line; empty when neither names one.

    Raises
    ------
    ProfileError
        The URL is no ``http://`` or ``https://`` URL, or holds a password or a query; or the key is none.
    MissingModelError
        There is no key and the server is on another machine.
    """
    url = (base_url or server_url() or OPENAI).rstrip("/")
    _check(url)
    address = ServerAddress(url, _checked(server_key()))
    if not address.key.get_secret_value() and not address.on_this_machine:
        msg = (
            f"The server {url} is on another machine and there is no key for it. Set OPENAI_API_KEY in the environment "
            "(to any word when the server wants none), or name another server with --base-url or OPENAI_BASE_URL, "
            "for example http://127.0.0.1:8000/v1."
        )
        raise MissingModelError(msg)
    return address


def _check(url: str) -> None:
    if any(mark in url for mark in _SECRETS_FOLLOW):
        msg = (
            "The base URL of the server holds a name, a password or a query. Give the URL alone, for example "
            "http://127.0.0.1:8000/v1, and the key as OPENAI_API_KEY in the environment."
        )
        raise ProfileError(msg)
    parts = _split(url)
    spaced = any(character.isspace() for character in url)
    if parts is None or spaced or parts.scheme not in {"http", "https"} or not parts.hostname:
        msg = f"A base URL looks like http://127.0.0.1:8000/v1. Got {url!r}, from --base-url or OPENAI_BASE_URL."
        raise ProfileError(msg)


def _checked(key: SecretStr) -> SecretStr:
    """Refuse what no header can carry: the libraries below would repeat it in their errors, escaped."""
    secret = key.get_secret_value()
    if not (secret.isascii() and secret.isprintable()) or " " in secret:
        msg = "OPENAI_API_KEY holds a space or a character that no key has. Set it again, without quotes around it."
        raise ProfileError(msg)
    return key


def _split(url: str) -> SplitResult | None:
    try:
        parts = urlsplit(url)
        _ = parts.port  # what is no port, and what is no host, shows only when it is used
        (parts.hostname or "").encode("idna")
    except ValueError:
        return None
    return parts


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
