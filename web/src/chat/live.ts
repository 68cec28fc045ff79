// The connection to the namespace /chat. The session is in the cookie that came with the page; one that has run out is renewed, one that
// has ended asks who looks to log in.
import { io, type Socket } from "socket.io-client";
import { renew } from "../kit";

export type LiveState = "connecting" | "open" | "waiting" | "refused";

/** How long an answer may take before nobody knows. */
const patience = 10_000;

export class Live {
  state: LiveState = "connecting";
  private readonly socket: Socket;

  constructor(
    private readonly changed: () => void,
    private readonly opened: () => void,
  ) {
    this.socket = io("/chat", { transports: ["websocket", "polling"], tryAllTransports: true, autoConnect: false, reconnectionDelayMax: 8000 });
    this.socket.on("connect", () => {
      this.set("open");
      this.opened();
    });
    this.socket.on("disconnect", () => {
      this.set("waiting");
      // The server has ended it: the token, the session, or the server itself.
      if (!this.socket.active && navigator.onLine) void this.restart();
    });
    this.socket.on("connect_error", (error: Error & { data?: { code?: string } }) => void this.refused(error.data?.code));
    addEventListener("offline", this.offline);
    addEventListener("online", this.online);
  }

  get isOpen(): boolean {
    return this.socket.connected;
  }

  start(): void {
    this.socket.connect();
  }

  stop(): void {
    removeEventListener("offline", this.offline);
    removeEventListener("online", this.online);
    this.socket.disconnect();
  }

  on(name: string, take: (value: any) => void): void {
    this.socket.on(name, take);
  }

  /** Asks for something; an ack with `error` is a refusal. Throws where no answer comes. */
  ask(name: string, value: object): Promise<any> {
    return this.socket.timeout(patience).emitWithAck(name, value);
  }

  /** Says something that may get lost. */
  tell(name: string, value: object): void {
    if (this.isOpen) this.socket.volatile.emit(name, value);
  }

  private offline = () => {
    this.socket.disconnect();
    this.set("waiting");
  };

  private online = () => {
    this.socket.disconnect();
    this.socket.connect();
  };

  private async refused(code: string | undefined): Promise<void> {
    this.set(code === "forbidden" ? "refused" : "waiting");
    // Where the network is away the client comes back by itself.
    if (code === undefined || code === "forbidden") return;
    await this.restart(code === "too_many" ? 5000 : 0);
  }

  // The handshake has to be made anew: what it showed does not count, or no more.
  private async restart(wait = 500): Promise<void> {
    this.socket.disconnect();
    await new Promise((resolve) => setTimeout(resolve, wait));
    for (let pause = 1000; ; pause = Math.min(pause * 2, 8000)) {
      try {
        await renew();
        break;
      } catch {
        await new Promise((resolve) => setTimeout(resolve, pause));
      }
    }

    this.socket.connect();
  }

  private set(state: LiveState): void {
    if (this.state === state) return;
    this.state = state;
    this.changed();
  }
}
