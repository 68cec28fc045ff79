"""The same intake and export as app.py without the ORM and the extensions: bare sqlite3 and one statement a request, to
see how much of the distance is SQLAlchemy's. Takes the same settings; app.py makes the tables and the users."""

import base64
import csv
import io
import os
import sqlite3
import threading

from flask import Flask, Response, jsonify, request
from itsdangerous import BadSignature, URLSafeTimedSerializer
from werkzeug.security import check_password_hash

STUDY = os.environ.get("TSADK_STUDY", "tsadk")
FIELDS = ("userID", "timestamp", "sequence", "roomName", "actionNature", "actionType", "userAnswer", "userError")
COLUMNS = ("id",) + FIELDS
INSERT = f"INSERT INTO logs ({', '.join(FIELDS)}) VALUES ({', '.join('?' * len(FIELDS))})"

app = Flask(__name__)
tokens = URLSafeTimedSerializer(os.environ["TSADK_SECRET"])
local = threading.local()


def database():
    if not hasattr(local, "connection"):
        local.connection = sqlite3.connect(os.environ["TSADK_DATABASE"], timeout=60, isolation_level=None)
        local.connection.execute("PRAGMA journal_mode = WAL")
        local.connection.execute("PRAGMA synchronous = FULL")
        local.connection.execute("PRAGMA foreign_keys = ON")
    return local.connection


def caller():
    """The (id, role) of who asks, by token or by password; None if neither holds."""
    header = request.headers.get("Authorization", "")
    if not header.startswith("Basic "):
        return None
    try:
        name, _, password = base64.b64decode(header[6:]).decode().partition(":")
    except ValueError:
        return None
    try:
        known = tokens.loads(name, max_age=24 * 3600)
        return database().execute("SELECT id, role FROM users WHERE id = ?", (known,)).fetchone()
    except BadSignature:
        row = database().execute("SELECT id, role, pwd_hash FROM users WHERE username = ?", (name,)).fetchone()
        return row[:2] if row and check_password_hash(row[2], password) else None


@app.post(f"/{STUDY}/api/v1/logs")
def create_log():
    user = caller()
    if user is None:
        return jsonify({"error": "Unauthorized access"}), 401
    body = request.get_json(silent=True)
    if not isinstance(body, dict):
        return jsonify({"error": "the body is no JSON object"}), 400
    for name in FIELDS:
        if name not in body:
            return jsonify({"error": f"{name} is missing"}), 400
        if not isinstance(body[name], int if name in ("userID", "sequence") else str):
            return jsonify({"error": f"{name} has the wrong type"}), 400
    if user[1] != "admin" and body["userID"] != user[0]:
        return jsonify({"error": "userID is another player's"}), 400
    values = tuple(body[name] for name in FIELDS)
    try:
        key = database().execute(INSERT, values).lastrowid
    except sqlite3.IntegrityError:
        return jsonify({"error": "userID is not known"}), 400
    return jsonify({"id": key, **dict(zip(FIELDS, values))})


@app.get(f"/{STUDY}/api/v1/utils/token")
def token():
    user = caller()
    if user is None:
        return jsonify({"error": "Unauthorized access"}), 401
    return jsonify({"token": tokens.dumps(user[0])})


@app.get(f"/{STUDY}/api/v1/utils/export/logs")
def export_logs():
    user = caller()
    if user is None:
        return jsonify({"error": "Unauthorized access"}), 401
    if user[1] != "admin":
        return jsonify({"message": "Access forbidden"}), 403

    def lines():
        rows = database().execute(f"SELECT {', '.join(COLUMNS)} FROM logs ORDER BY id")
        header = [COLUMNS]
        while True:
            buffer = io.StringIO()
            writer = csv.writer(buffer)
            writer.writerows(header)
            header = []
            chunk = rows.fetchmany(1000)
            writer.writerows(chunk)
            yield buffer.getvalue()
            if not chunk:
                return

    return Response(lines(), mimetype="text/csv")
