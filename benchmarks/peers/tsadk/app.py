"""The TSADK API as a competent person writes it with Flask: Flask-SQLAlchemy on SQLite, Flask-HTTPAuth for basic
authentication by password or by a 24 hour token. A peer to measure against, nothing else.

Settings from the environment: TSADK_DATABASE (path of the SQLite file), TSADK_SECRET (signs the tokens),
TSADK_STUDY (first part of the path), TSADK_ADMIN_PASSWORD (makes the administrator on the first start).
"""

import csv
import io
import os
from datetime import datetime, timezone

from flask import Flask, Response, g, jsonify, request, stream_with_context, url_for
from flask_httpauth import HTTPBasicAuth
from flask_sqlalchemy import SQLAlchemy
from itsdangerous import BadSignature, URLSafeTimedSerializer
from sqlalchemy import event
from sqlalchemy.engine import Engine
from sqlalchemy.exc import IntegrityError
from werkzeug.security import check_password_hash, generate_password_hash

STUDY = os.environ.get("TSADK_STUDY", "tsadk")
TOKEN_SECONDS = 24 * 3600
FIELDS = ("userID", "timestamp", "sequence", "roomName", "actionNature", "actionType", "userAnswer", "userError")
COLUMNS = ("id",) + FIELDS

app = Flask(__name__)
app.config["SECRET_KEY"] = os.environ["TSADK_SECRET"]
app.config["SQLALCHEMY_DATABASE_URI"] = "sqlite:///" + os.environ["TSADK_DATABASE"]
app.config["SQLALCHEMY_ENGINE_OPTIONS"] = {"connect_args": {"timeout": 60}}
app.config["SQLALCHEMY_TRACK_MODIFICATIONS"] = False
db = SQLAlchemy(app)
auth = HTTPBasicAuth()
tokens = URLSafeTimedSerializer(app.config["SECRET_KEY"])


@event.listens_for(Engine, "connect")
def durable(connection, _record):
    # The same durability as the server that it is compared with: an acknowledged row survives a loss of power.
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = FULL")
    connection.execute("PRAGMA foreign_keys = ON")


class User(db.Model):
    __tablename__ = "users"
    id = db.Column(db.Integer, primary_key=True)
    username = db.Column(db.String(64), unique=True, nullable=False)
    pwd_hash = db.Column(db.String(256), nullable=False)
    role = db.Column(db.String(16), nullable=False, default="player")


class Log(db.Model):
    __tablename__ = "logs"
    id = db.Column(db.Integer, primary_key=True)
    userID = db.Column(db.Integer, db.ForeignKey("users.id"), nullable=False, index=True)
    timestamp = db.Column(db.String(64), nullable=False)
    sequence = db.Column(db.Integer, nullable=False)
    roomName = db.Column(db.String(128), nullable=False)
    actionNature = db.Column(db.String(128), nullable=False)
    actionType = db.Column(db.String(128), nullable=False)
    userAnswer = db.Column(db.Text, nullable=False)
    userError = db.Column(db.Text, nullable=False)

    def as_dict(self):
        return {name: getattr(self, name) for name in COLUMNS}


@auth.verify_password
def verify_password(name, password):
    try:
        user = db.session.get(User, tokens.loads(name, max_age=TOKEN_SECONDS))
        if user is not None:
            g.user, g.by_token = user, True
            return user
    except BadSignature:
        pass
    user = User.query.filter_by(username=name).first()
    if user is None or not check_password_hash(user.pwd_hash, password):
        return None
    g.user, g.by_token = user, False
    return user


@auth.get_user_roles
def roles(user):
    return user.role


@auth.error_handler
def refused(status):
    if status == 403:
        return jsonify({"message": "Access forbidden"}), 403
    return jsonify({"error": "Unauthorized access"}), 401


@app.errorhandler(404)
def not_found(_error):
    return jsonify({"error": "Not Found"}), 404


def bad(message):
    return jsonify({"error": message}), 400


@app.get(f"/{STUDY}/api/v1/users")
@auth.login_required(role="admin")
def list_users():
    return jsonify(
        [{"uri": url_for("get_user", user=u.id), "id": u.id, "username": u.username} for u in User.query.order_by(User.id)]
    )


@app.post(f"/{STUDY}/api/v1/users")
@auth.login_required(role="admin")
def create_user():
    body = request.get_json(silent=True)
    if not isinstance(body, dict) or set(body) != {"username", "pwd"}:
        return bad("username and pwd are needed, and nothing else")
    if not isinstance(body["username"], str) or len(body["username"]) < 2 or not isinstance(body["pwd"], str):
        return bad("username is too short")
    user = User(username=body["username"], pwd_hash=generate_password_hash(body["pwd"]), role="player")
    db.session.add(user)
    try:
        db.session.commit()
    except IntegrityError:
        db.session.rollback()
        return bad("username is taken")
    return jsonify({"id": user.id, "username": user.username}), 201, {"uri": url_for("get_user", user=user.id)}


@app.get(f"/{STUDY}/api/v1/users/<int:user>")
@auth.login_required(role="admin")
def get_user(user):
    found = db.get_or_404(User, user)
    return jsonify({"id": found.id, "username": found.username})


@app.get(f"/{STUDY}/api/v1/logs")
@auth.login_required(role="admin")
def list_logs():
    query = Log.query.order_by(Log.id)
    limit = request.args.get("limit", type=int)
    if limit:
        query = query.limit(limit)
    return jsonify([{"uri": url_for("get_log", log=entry.id), **entry.as_dict()} for entry in query])


@app.get(f"/{STUDY}/api/v1/logs/<int:log>")
@auth.login_required(role="admin")
def get_log(log):
    return jsonify(db.get_or_404(Log, log).as_dict())


@app.post(f"/{STUDY}/api/v1/logs")
@auth.login_required
def create_log():
    body = request.get_json(silent=True)
    if not isinstance(body, dict):
        return bad("the body is no JSON object")
    for name in FIELDS:
        if name not in body:
            return bad(f"{name} is missing")
        if not isinstance(body[name], int if name in ("userID", "sequence") else str):
            return bad(f"{name} has the wrong type")
    if g.user.role != "admin" and body["userID"] != g.user.id:
        return bad("userID is another player's")
    if body["userID"] != g.user.id and db.session.get(User, body["userID"]) is None:
        return bad("userID is not known")
    entry = Log(**{name: body[name] for name in FIELDS})
    db.session.add(entry)
    db.session.commit()
    return jsonify({"id": entry.id, **{name: body[name] for name in FIELDS}})


@app.get(f"/{STUDY}/api/v1/utils/token")
@auth.login_required
def token():
    return jsonify({"token": tokens.dumps(g.user.id)})


@app.get(f"/{STUDY}/api/v1/utils/export/logs")
@auth.login_required(role="admin")
def export_logs():
    by_entity = "entities" in request.args

    def lines():
        buffer = io.StringIO()
        writer = csv.writer(buffer)
        writer.writerow(COLUMNS)
        if by_entity:
            # As such an export is written first: each row an object of the model.
            entries = Log.query.order_by(Log.id).yield_per(1000)
            rows = ([getattr(entry, name) for name in COLUMNS] for entry in entries)
        else:
            # Columns instead of entities, a thousand rows at a time: what SQLAlchemy's own documentation advises for size.
            rows = db.session.query(*(getattr(Log, name) for name in COLUMNS)).order_by(Log.id).yield_per(1000)
        for count, row in enumerate(rows, 1):
            writer.writerow(row)
            if count % 1000 == 0:
                yield buffer.getvalue()
                buffer.seek(0)
                buffer.truncate()
        yield buffer.getvalue()

    name = f"{STUDY}_export_logs_{datetime.now(timezone.utc):%Y%m%d}.csv"
    return Response(
        stream_with_context(lines()),
        mimetype="text/csv",
        headers={"Content-Disposition": f"attachment; filename={name}"},
    )


def prepare():
    with app.app_context():
        db.create_all()
        if User.query.filter_by(username="admin").first() is None:
            secret = os.environ["TSADK_ADMIN_PASSWORD"]
            db.session.add(User(username="admin", pwd_hash=generate_password_hash(secret), role="admin"))
            db.session.commit()
        db.session.remove()
        db.engine.dispose()


# gunicorn loads the application once (preload_app), before it forks.
prepare()
