"""Passes connections on, for containers that reach this machine by its address among them
and not by 127.0.0.1, where 'vacancy workflow serve' listens and nowhere else.

usage: forward.py FROM_HOST:PORT TO_HOST:PORT
"""
import socket
import sys
import threading

listen, to = ((host, int(port)) for host, port in (a.rsplit(":", 1) for a in sys.argv[1:]))


def pump(source, sink):
    try:
        while data := source.recv(65536):
            sink.sendall(data)
        sink.shutdown(socket.SHUT_WR)
    except OSError:
        pass  # the other side has gone


with socket.create_server(listen) as server:
    while True:
        caller, _ = server.accept()
        try:
            callee = socket.create_connection(to)
        except OSError:
            caller.close()
            continue
        for pair in ((caller, callee), (callee, caller)):
            threading.Thread(target=pump, args=pair, daemon=True).start()
