"""A service that answers as it is told to, over a real socket, and remembers what it was asked."""

import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


class StandIn:
    """What it answers with, and what it heard."""

    def __init__(self) -> None:
        self.status = 200
        self.body = b""
        self.delay = 0.0
        self.drip = False
        self.headers: dict[str, str] = {}
        self.heard: list[dict[str, Any]] = []
        self.keys: list[str | None] = []
        self.url = ""
        self.says({"opinion": "likely_violation", "reason": "像是推广"})

    def says(self, content: object) -> None:
        """Answer with this as the words of the model."""
        text = content if isinstance(content, str) else json.dumps(content, ensure_ascii=False)
        self.body = json.dumps({"choices": [{"message": {"content": text}}]}).encode()


@contextmanager
def standing_in() -> Iterator[StandIn]:
    """A stand-in on a port of its own."""
    stand_in = StandIn()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            length = int(self.headers["Content-Length"])
            stand_in.heard.append(json.loads(self.rfile.read(length)))
            stand_in.keys.append(self.headers.get("Authorization"))
            time.sleep(stand_in.delay)
            self.send_response(stand_in.status)
            for name, value in stand_in.headers.items():
                self.send_header(name, value)
            self.end_headers()
            try:
                for at in range(0, len(stand_in.body), 1 if stand_in.drip else 65536):
                    self.wfile.write(stand_in.body[at : at + (1 if stand_in.drip else 65536)])
                    if stand_in.drip:
                        time.sleep(0.05)
            except OSError:
                # Whoever asked has heard enough.
                return

        def log_message(self, *_: object) -> None:
            return

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    stand_in.url = f"http://127.0.0.1:{server.server_port}/v1"
    try:
        yield stand_in
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
