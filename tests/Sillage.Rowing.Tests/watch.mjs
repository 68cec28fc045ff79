// Socket.IO's own client before a squad on ergs: what the guide shows. Each thing that it is told is a line of JSON.
import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";

const [, , modules, address, squad, token] = process.argv;
const { io } = createRequire(pathToFileURL(modules + "/package.json"))("socket.io-client");
const url = address.replace(/\/$/, "");
const show = (what) => {
  if (typeof what === "string") console.log(JSON.stringify({ said: what }));
};

// sample
const socket = io(`${url}/rowing`, { auth: (give) => give({ token }) });
const ergs = new Map();

socket.on("connect", async () => {
  ergs.clear();
  const reply = await socket.emitWithAck("watch", { squad });
  show(reply.error ? reply.error.message : `Watching ${reply.name}`);
});
socket.on("rowing", (erg) => show(ergs.set(erg.session, erg)));
socket.on("rowed", ({ session }) => ergs.delete(session) && show(ergs));
socket.on("watch:ended", () => socket.disconnect());
// end of sample

socket.onAny((event, data) => console.log(JSON.stringify({ event, data, ergs: ergs.size })));
socket.on("connect_error", (error) => console.log(JSON.stringify({ refused: error.data?.code })));
socket.on("disconnect", (reason) => console.log(JSON.stringify({ gone: reason })));
process.stdin.on("data", (line) => {
  if (String(line).includes("break")) socket.io.engine.close();
});
process.stdin.on("end", () => process.exit(0));
