import { createServer } from "node:http";
import { Server } from "socket.io";

// Started with --expose-gc, so that memory can be compared after a collection on both sides.
const http = createServer((request, response) => {
  if (request.url.includes("collect=true")) gc();
  response.setHeader("Content-Type", "application/json");
  response.end(JSON.stringify({ heap: process.memoryUsage().heapUsed }));
});
const io = new Server(http, { serveClient: false });
io.on("connection", (socket) => {
  socket.on("join", (room, done) => {
    socket.join(room);
    done();
  });
  socket.on("say", (room, text) => io.to(room).emit("said", text));
});
http.listen(Number(process.argv[2]), "127.0.0.1");
