"""What a live view of a rowing club needs, as one writes it with Flask and SQLAlchemy: people with tokens, sessions, and their strokes in batches that may
be sent again. Settings: ROWING_DATABASE (a file of SQLite), ROWING_SECRET."""

import os

from flask import Flask, g, jsonify, request
from flask_sqlalchemy import SQLAlchemy
from itsdangerous import BadSignature, URLSafeTimedSerializer
from sqlalchemy import event, insert
from sqlalchemy.engine import Engine
from sqlalchemy.exc import IntegrityError

app = Flask(__name__)
app.config["SQLALCHEMY_DATABASE_URI"] = f"sqlite:///{os.environ['ROWING_DATABASE']}"
app.config["SQLALCHEMY_ENGINE_OPTIONS"] = {"connect_args": {"timeout": 60}}
db = SQLAlchemy(app)
tokens = URLSafeTimedSerializer(os.environ["ROWING_SECRET"])

MEASURES = {"distance": 10_000_000, "pace": 36_000, "rate": 255, "power": 10_000, "heartRate": 255}


@event.listens_for(Engine, "connect")
def durable(connection, _):
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = FULL")
    connection.execute("PRAGMA foreign_keys = ON")


class Person(db.Model):
    id = db.Column(db.Integer, primary_key=True)
    name = db.Column(db.String(50), unique=True, nullable=False)


class Workout(db.Model):
    id = db.Column(db.Integer, primary_key=True)
    person_id = db.Column(db.ForeignKey("person.id"), nullable=False, index=True)
    machine = db.Column(db.String(20), nullable=False)
    started_at = db.Column(db.String(40), nullable=False)
    strokes = db.Column(db.Integer, nullable=False, default=0)


class Stroke(db.Model):
    workout_id = db.Column(db.ForeignKey("workout.id"), primary_key=True)
    number = db.Column(db.Integer, primary_key=True)
    time = db.Column(db.Float, nullable=False)
    distance = db.Column(db.Float)
    pace = db.Column(db.Float)
    rate = db.Column(db.Float)
    power = db.Column(db.Float)
    heartRate = db.Column(db.Integer)


with app.app_context():
    db.create_all()
    # Workers are forked from here: each opens connections of its own.
    db.engine.dispose()


def problem(status, detail):
    return jsonify({"error": detail}), status


@app.before_request
def authenticate():
    if request.endpoint in ("health", "make_person"):
        return None
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    try:
        g.person = db.session.get(Person, tokens.loads(token, max_age=24 * 3600)) if scheme == "Bearer" else None
    except BadSignature:
        g.person = None
    return None if g.person else problem(401, "Log in.")


@app.get("/health")
def health():
    return jsonify({})


@app.post("/people")
def make_person():
    person = Person(name=request.get_json()["name"])
    db.session.add(person)
    db.session.commit()
    return jsonify({"token": tokens.dumps(person.id)})


@app.post("/api/v1/workouts")
def make_workout():
    sent = request.get_json()
    workout = Workout(person_id=g.person.id, machine=sent["machine"], started_at=sent["start"])
    db.session.add(workout)
    db.session.commit()
    return jsonify({"id": workout.id, "links": {"self": f"/api/v1/workouts/{workout.id}"}}), 201


@app.post("/api/v1/workouts/<int:key>/strokes")
def take_strokes(key):
    workout = db.session.get(Workout, key)
    if workout is None or workout.person_id != g.person.id:
        return problem(404, "There is no such workout.")
    sent = request.get_json(silent=True)
    if not isinstance(sent, dict) or not isinstance(sent.get("first"), int) or not isinstance(sent.get("strokes"), list):
        return problem(400, "first and strokes are needed.")
    first = sent["first"]
    if first > workout.strokes:
        return problem(409, f"Go on from {workout.strokes}.")
    rows = []
    for number, stroke in enumerate(sent["strokes"], first):
        if not isinstance(stroke, dict) or not isinstance(stroke.get("time"), (int, float)):
            return problem(400, f"/strokes/{number - first}/time")
        row = {"workout_id": key, "number": number, "time": stroke["time"]}
        for name, most in MEASURES.items():
            value = stroke.get(name)
            if value is not None and not (isinstance(value, (int, float)) and 0 <= value <= most):
                return problem(400, f"/strokes/{number - first}/{name}")
            row[name] = value
        if number >= workout.strokes:
            rows.append(row)
    if rows:
        workout.strokes += len(rows)
        db.session.execute(insert(Stroke), rows)
    try:
        db.session.commit()
    except IntegrityError:
        db.session.rollback()
        return problem(409, "Another batch came first.")
    return jsonify({"next": first + len(sent["strokes"]), "stored": len(rows), "known": len(sent["strokes"]) - len(rows)})
