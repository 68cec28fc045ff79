"""python-socketio in a room: what the guide shows. An exit code of 0 is success."""

import sys
import threading
import time

import requests

address, room, token = sys.argv[1:]
url = address.rstrip("/")


def show(message):
    pass


# sample
import queue
import uuid

import socketio

client = socketio.Client()
inbox = queue.Queue()
have = {"seq": 0, "change": 0, "messages": []}

# Handlers run where the connection is read, and may not wait for an answer there: they pass on.
client.on("connect", lambda: inbox.put(None), namespace="/chat")
client.on("message:new", inbox.put, namespace="/chat")


def work():
    while True:
        message = inbox.get()
        if message is None or (message["room"] == room and message["seq"] > have["seq"] + 1):
            sync()
        elif message["room"] == room:
            take(message)


def take(message):
    if message["seq"] == have["seq"] + 1:
        have["seq"] = message["seq"]
        have["messages"].append(message)
        show(message)


def sync():
    more = True
    while more:
        cursors = {"rooms": {room: have["seq"]}, "changes": {room: have["change"]}}
        try:
            reply = client.call("sync", cursors, namespace="/chat", timeout=5)
        except socketio.exceptions.SocketIOError:
            return  # gone: it connects again, and syncs then
        more = reply["more"]
        for missed in (one for one in reply["rooms"] if one["room"] == room):
            if missed["status"] == "resync":
                have.update(seq=missed["seq"], messages=[])
            for message in missed["messages"]:
                take(message)
            have["change"] = missed["change"]


# The same client id until it is acknowledged, over as many connections as it takes.
def send(text, client_id=None):
    client_id = client_id or str(uuid.uuid4())
    while True:
        try:
            ack = client.call("message:send", {"room": room, "clientId": client_id, "text": text}, namespace="/chat", timeout=5)
        except socketio.exceptions.SocketIOError:
            time.sleep(0.5)
            continue
        if "error" not in ack:
            return ack
        if ack["error"]["data"]["code"] != "too_many":
            raise ValueError(ack["error"]["message"])
        time.sleep(ack["error"]["data"]["retryAfter"])


client.connect(url, auth=lambda: {"token": token}, namespaces=["/chat"])
threading.Thread(target=work, daemon=True).start()
# end of sample


def until(seq):
    begun = time.monotonic()
    while have["seq"] != seq:
        assert time.monotonic() - begun < 30, have
        time.sleep(0.02)


until(2)
assert [m["text"] for m in have["messages"]] == ["one", "two"], have
ack = send("three", "mine")
assert ack["seq"] == 3, ack
assert send("three", "mine") == ack
until(3)

# The connection breaks; somebody writes meanwhile; it comes back by itself.
client.eio.ws.close() if client.transport() == "websocket" else client.eio.disconnect(abort=True)
posted = requests.post(f"{url}/api/v1/rooms/{room}/messages", json={"text": "four"}, headers={"Authorization": f"Bearer {token}"})
assert posted.status_code == 201, posted.text
send("five")
until(5)
assert [m["text"] for m in have["messages"]] == ["one", "two", "three", "four", "five"], have
try:
    send(" ")
    raise AssertionError("blanks were taken")
except ValueError as e:
    assert "not valid" in str(e), e
client.disconnect()
