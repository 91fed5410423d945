"""A small HTTP service: greets, and says that it is well."""

import os
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

GREETING = os.environ["GREETING"]
MACHINE = os.environ["MACHINE"]
PORT = int(os.environ["PORT"])
# Without its key a real service could not sign a session: better not to start at all.
SESSION_KEY = os.environ["SESSION_KEY"]


class Handler(BaseHTTPRequestHandler):
    def do_GET(self):
        if self.path == "/health":
            self.answer(200, "ok\n")
        elif self.path == "/":
            self.answer(200, f"{GREETING} from {MACHINE}\n")
        else:
            self.answer(404, "there is nothing here\n")

    def answer(self, status, text):
        body = text.encode()
        self.send_response(status)
        self.send_header("Content-Type", "text/plain; charset=utf-8")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


ThreadingHTTPServer(("127.0.0.1", PORT), Handler).serve_forever()
