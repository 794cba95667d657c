"""Answers https://… by the names that AWS has, for whoever is told of it by HTTPS_PROXY and
SSL_CERT_FILE: a stack's API, and the keys of its user pool. ministack has both, but on
127.0.0.1 and without TLS, while a stack's outputs and tokens name AWS.

usage: names.py PORT CERTIFICATE KEY EMULATOR_PORT
"""
import http.client
import re
import ssl
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

port, certificate, key, emulator = sys.argv[1:]
context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
context.load_cert_chain(certificate, key)
HOP = {"connection", "keep-alive", "proxy-connection", "transfer-encoding", "content-length"}


class Proxy(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_CONNECT(self):
        self.send_response(200)
        self.end_headers()
        self.connection = context.wrap_socket(self.connection, server_side=True)
        self.rfile, self.wfile = self.connection.makefile("rb"), self.connection.makefile("wb", 0)
        self.close_connection = False

    def forward(self):
        path, headers = self.path, {n: v for n, v in self.headers.items() if n.lower() not in HOP}
        if api := re.match(r"(\w+)\.execute-api\.", headers["Host"]):
            path = f"/_aws/execute-api/{api[1]}/$default{path}"
            headers["Host"] = f"127.0.0.1:{emulator}"
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        to = http.client.HTTPConnection("127.0.0.1", int(emulator))
        to.request(self.command, path, body, headers)
        answer = to.getresponse()
        content = answer.read()
        if path.endswith("/.well-known/openid-configuration"):  # whose keys ministack has at its own address
            content = re.sub(rb"http://[^/\"]+/", f"https://{self.headers['Host']}/".encode(), content)
        self.send_response(answer.status)
        for name, value in answer.getheaders():
            if name.lower() not in HOP:
                self.send_header(name, value)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    do_GET = do_POST = do_OPTIONS = forward


ThreadingHTTPServer(("127.0.0.1", int(port)), Proxy).serve_forever()
