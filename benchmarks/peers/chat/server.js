// node server.js PORT POSTGRES-URL: rooms with members, messages numbered per room, each there once per sender and client id,
// acknowledged after the commit and told to all members. What Sillage promises of a message, and no more.
import { createServer } from "node:http";
import express from "express";
import jwt from "jsonwebtoken";
import pg from "pg";
import { Server } from "socket.io";

const secret = "benchmark";
const pool = new pg.Pool({ connectionString: process.argv[3], max: 20 });
await pool.query(`
  CREATE TABLE person (id serial PRIMARY KEY, name text UNIQUE NOT NULL);
  CREATE TABLE room (id serial PRIMARY KEY, name text UNIQUE NOT NULL, last_seq bigint NOT NULL DEFAULT 0);
  CREATE TABLE member (room int REFERENCES room, person int REFERENCES person, PRIMARY KEY (room, person));
  CREATE TABLE message (
    id bigserial PRIMARY KEY, room int NOT NULL REFERENCES room, seq bigint NOT NULL, sender int NOT NULL REFERENCES person,
    client_id text NOT NULL, text text NOT NULL, at timestamptz NOT NULL DEFAULT now(),
    UNIQUE (room, seq), UNIQUE (sender, client_id));
`);

const app = express();
app.use(express.json());
app.get("/health", (request, response) => response.json({ status: "healthy" }));
app.post("/people", async (request, response) => {
  const { rows } = await pool.query("INSERT INTO person (name) VALUES ($1) RETURNING id", [request.body.name]);
  response.json({ id: rows[0].id, token: jwt.sign({ sub: rows[0].id }, secret, { expiresIn: "12h" }) });
});
app.post("/rooms", async (request, response) => {
  const { rows } = await pool.query("INSERT INTO room (name) VALUES ($1) RETURNING id", [request.body.name]);
  for (const person of request.body.people) {
    await pool.query("INSERT INTO member (room, person) VALUES ($1, $2)", [rows[0].id, person]);
  }
  response.json({ id: rows[0].id });
});

const http = createServer(app);
const io = new Server(http, { serveClient: false });
io.use((socket, next) => {
  try {
    socket.data.person = jwt.verify(socket.handshake.auth.token, secret).sub;
    next();
  } catch (error) {
    next(error);
  }
});
io.on("connection", (socket) => {
  const person = socket.data.person;
  socket.on("sync", async (request, done) => {
    const { rows } = await pool.query("SELECT room FROM member WHERE person = $1", [person]);
    for (const row of rows) socket.join(`room:${row.room}`);
    done({ rooms: rows.map((row) => row.room) });
  });
  socket.on("message:send", async ({ room, clientId, text }, done) => {
    const client = await pool.connect();
    try {
      await client.query("BEGIN");
      const member = await client.query("SELECT 1 FROM member WHERE room = $1 AND person = $2", [room, person]);
      if (member.rowCount === 0) throw new Error("not a member");
      const numbered = await client.query("UPDATE room SET last_seq = last_seq + 1 WHERE id = $1 RETURNING last_seq", [room]);
      const seq = Number(numbered.rows[0].last_seq);
      const stored = await client.query(
        "INSERT INTO message (room, seq, sender, client_id, text) VALUES ($1, $2, $3, $4, $5) RETURNING id, at",
        [room, seq, person, clientId, text],
      );
      await client.query("COMMIT");
      const { id, at } = stored.rows[0];
      io.to(`room:${room}`).emit("message:new", { id, room, seq, sender: person, text, at });
      done({ id, seq, at });
    } catch (error) {
      await client.query("ROLLBACK");
      const again = await pool.query("SELECT id, seq, at FROM message WHERE sender = $1 AND client_id = $2", [person, clientId]);
      done(again.rows[0] ?? { error: error.message });
    } finally {
      client.release();
    }
  });
});
http.listen(Number(process.argv[2]), "127.0.0.1");
