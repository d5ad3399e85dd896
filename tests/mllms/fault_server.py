"""A small real HTTP server that answers as it is told: fine, wrongly, late, or not at all."""

import json
import math
import socket
import threading
import time
from collections import deque
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

MODEL = "seeing-one"


def completion(content="B", *, first=None, ended="stop", usage=True, **message):
    """Body of a chat completion; `first` maps tokens to probabilities of the first place."""
    choice = {"index": 0, "message": {"role": "assistant", "content": content, **message}, "finish_reason": ended}
    if first is not None:
        listed = [{"token": token, "logprob": math.log(chance)} for token, chance in first.items()]
        choice["logprobs"] = {"content": [{**listed[0], "top_logprobs": listed}]}
    told = {"usage": {"prompt_tokens": 321, "completion_tokens": 1, "total_tokens": 322}} if usage else {}
    return {"id": "1", "object": "chat.completion", "created": 1, "model": MODEL, "choices": [choice], **told}


class Say:
    """One answer: a status, headers and a body; or a connection that ends early, stalls, or drips for 10 seconds."""

    def __init__(self, body, status=200, *, headers=(), cut_after=None, stall=False, drip=False):
        self.data = body if isinstance(body, bytes) else json.dumps(body).encode()
        self.status, self.headers, self.cut_after, self.stall = status, dict(headers), cut_after, stall
        self.drops = b" " * 200 if drip else b""  # a JSON may begin with spaces


def refusal(words, status=400, *, headers=()):
    return Say({"error": {"message": words, "type": "invalid_request_error"}}, status, headers=headers)


class Server:
    """What was asked, and what is to be answered: a list of answers in turn, or a function of the request's body."""

    def __init__(self):
        self.answers = deque()
        self.answer = lambda body: self.answers.popleft() if self.answers else Say(completion())
        self.models = Say({"object": "list", "data": [{"id": MODEL, "object": "model"}]})
        self.bodies, self.headers = [], []
        self.in_flight = self.most_in_flight = 0
        self.lock = threading.Lock()
        self.released = threading.Event()
        self.url = ""

    def will_say(self, *answers):
        """Answer so, in turn; then with a plain "B" for ever."""
        self.answers = deque(answers)

    @property
    def asked(self):
        return len(self.bodies)


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def setup(self):
        super().setup()
        self.server.connections.append(self.connection)

    def log_message(self, *args):
        pass

    def do_GET(self):
        self.server.scene.headers.append(self.headers)
        self.say(self.server.scene.models if self.path.endswith("/models") else Say(b"", 404))

    def do_POST(self):
        scene = self.server.scene
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        with scene.lock:
            scene.in_flight += 1
            scene.most_in_flight = max(scene.most_in_flight, scene.in_flight)
            scene.bodies.append(body)
            scene.headers.append(self.headers)
            answer = scene.answer(body)
        try:
            with suppress(ConnectionError):  # the other side does not wait for ever
                self.say(answer() if callable(answer) else answer)
        finally:
            with scene.lock:
                scene.in_flight -= 1

    def say(self, answer):
        self.send_response(answer.status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(answer.drops) + len(answer.data)))
        for name, value in answer.headers.items():
            self.send_header(name, value)
        self.end_headers()
        for drop in answer.drops:
            self.wfile.write(bytes([drop]))
            if self.server.scene.released.wait(0.05):
                return
        self.wfile.write(answer.data[: answer.cut_after])
        if answer.stall:
            self.wfile.flush()
            self.server.scene.released.wait(30)
        if answer.stall or answer.cut_after is not None:
            self.close_connection = True


@contextmanager
def fault_server():
    """A server on a free port of this machine; it stops at the end."""
    http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    http.daemon_threads = True
    http.scene, http.connections = Server(), []
    http.scene.url = f"http://127.0.0.1:{http.server_port}/v1"
    thread = threading.Thread(target=http.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        yield http.scene
    finally:
        http.scene.released.set()
        http.shutdown()
        http.server_close()
        for connection in http.connections:  # those that are kept open would be answered still
            with suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)
        thread.join()


def wait_until(true, seconds=10.0):
    """Wait for what other threads do; a test that waits in vain fails."""
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end, "nothing happened"
        time.sleep(0.005)
