"""python-socketio against our server. Usage: python-socketio.py URL TRANSPORT; an exit code of 0 is success."""

import queue
import sys

import socketio

url, transport = sys.argv[1:]
client = socketio.Client(reconnection_delay=0.05)
heard = queue.Queue()
for name in ("auth", "message-back"):
    client.on(name, lambda *args, name=name: heard.put((name, args)))
client.on("auth", lambda *args: heard.put(("custom auth", args)), namespace="/custom")
client.on("question", lambda n: {"doubled": n * 2})


def expect(name, *args):
    assert heard.get(timeout=8) == (name, args), (name, args)


transports = [transport] if transport != "upgrade" else None
client.connect(url, auth={"token": "player-1"}, namespaces=["/", "/custom"], transports=transports, wait_timeout=8)
first = sorted(heard.get(timeout=8) for _ in range(2))
assert first == [("auth", ({"token": "player-1"},)), ("custom auth", ({"token": "player-1"},))], first
assert client.transport() == ("polling" if transport == "polling" else "websocket"), client.transport()

client.emit("message", (1, "é😀", {"a": [True, None]}))
expect("message-back", 1, "é😀", {"a": [True, None]})
client.emit("message", b"\x00\x1e\xff")
expect("message-back", b"\x00\x1e\xff")
assert client.call("message-with-ack", ("a", b"b"), timeout=8) == ("a", b"b")
assert client.call("ask-me", 21, timeout=8) == {"doubled": 42}
client.emit("message", "y" * 300_000)
expect("message-back", "y" * 300_000)
client.disconnect()
