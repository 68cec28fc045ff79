// The least of a Socket.IO client, so that the sample needs nothing from elsewhere: one namespace over WebSocket, text only,
// with acknowledgements, reconnection and recovery. An application takes "socket.io-client", which has the same calls.
export function io(path = "/socket.io/") {
  const handlers = {};
  const waiting = new Map();
  let webSocket, watchdog, session, offset, attempt = 0, nextId = 0;

  const socket = {
    recovered: false,
    connected: false,
    on: (event, handler) => ((handlers[event] ??= []).push(handler), socket),
    emit: (event, ...values) => send("42" + JSON.stringify([event, ...values])),
    emitWithAck: (event, ...values) =>
      new Promise((resolve) => {
        waiting.set(nextId, resolve);
        send(`42${nextId++}${JSON.stringify([event, ...values])}`);
      }),
  };
  socket.volatile = socket;

  const send = (packet) => socket.connected && webSocket.send(packet);
  const tell = (event, ...values) => handlers[event]?.forEach((handler) => handler(...values));

  function connect() {
    webSocket = new WebSocket(`${path}?EIO=4&transport=websocket`);
    webSocket.onmessage = ({ data }) => receive(data);
    webSocket.onclose = () => {
      clearTimeout(watchdog);
      if (socket.connected) tell("disconnect", "transport close");
      socket.connected = false;
      waiting.clear();
      setTimeout(connect, Math.min(5000, 500 * 2 ** attempt++) * (0.5 + Math.random()));
    };
  }

  // A packet of Engine.IO is a digit and its data; in its messages (4) a packet of Socket.IO is another digit and its own.
  function receive(packet) {
    if (packet[0] === "0") {
      const { pingInterval, pingTimeout } = JSON.parse(packet.slice(1));
      socket.patience = pingInterval + pingTimeout;
      webSocket.send("40" + JSON.stringify({ pid: session?.pid, offset }));
    } else if (packet[0] === "2") {
      webSocket.send("3");
    } else if (packet.startsWith("40")) {
      const joined = JSON.parse(packet.slice(2));
      socket.recovered = joined.pid !== undefined && joined.pid === session?.pid;
      session = joined;
      attempt = 0;
      socket.connected = true;
      tell("connect");
    } else if (packet.startsWith("42")) {
      const [event, ...values] = JSON.parse(packet.slice(2));
      // Where the server recovers connections, the last value of an event is its number, unless the event is volatile.
      if (session.pid && /^\d+$/.test(values.at(-1))) offset = values.at(-1);
      tell(event, ...values);
    } else if (packet.startsWith("43")) {
      const start = packet.indexOf("[");
      const id = Number(packet.slice(2, start));
      waiting.get(id)?.(...JSON.parse(packet.slice(start)));
      waiting.delete(id);
    } else if (packet === "41") {
      webSocket.close();
    }
    // A server that is silent for longer than its heartbeat is gone.
    clearTimeout(watchdog);
    watchdog = setTimeout(() => webSocket.close(), socket.patience);
  }

  connect();
  return socket;
}
