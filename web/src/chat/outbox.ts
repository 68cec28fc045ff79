// What was written and is not known to have arrived. Each message has a place of its own in the browser's storage, under the name by which
// the server knows it again (`clientId`): a reload loses nothing, and two tabs that send the same send it once.
import { t } from "../kit";
import type { Live } from "./live";
import type { Message, Refusal } from "./types";

export interface Waiting {
  clientId: string;
  room: string;
  text: string;
  replyTo?: number;
  attachments?: { id: string; name: string }[];
  /** When it was written, by this computer's clock: only for the order among those that wait. */
  written: number;
  /** Why the server will not have it. */
  refused?: string;
  /** Its place, once it is acknowledged: it is shown here until it comes as a message. */
  sent?: number;
}

export class Outbox {
  private entries = new Map<string, Waiting>();
  private sending = new Set<string>();
  private readonly prefix: string;

  constructor(account: string, private readonly live: Live, private readonly changed: () => void) {
    this.prefix = `sillage.outbox.${account}.`;
    for (const key of Object.keys(localStorage).filter((key) => key.startsWith(this.prefix))) this.read(key, localStorage.getItem(key));
    addEventListener("storage", this.hear);
  }

  /** What waits in a room, in the order in which it was written; with what has come as a message up to there left out. */
  of(room: string, upTo = 0): Waiting[] {
    return this.all.filter((one) => one.room === room && (one.sent === undefined || one.sent > upTo));
  }

  /** How many are not acknowledged. */
  get count(): number {
    return this.all.filter((one) => one.sent === undefined).length;
  }

  get all(): Waiting[] {
    return [...this.entries.values()].sort((a, b) => a.written - b.written);
  }

  add(message: Omit<Waiting, "clientId" | "written">): void {
    const written = Math.max(Date.now(), (this.all.at(-1)?.written ?? 0) + 1);
    this.put({ ...message, clientId: randomName(), written });
    void this.flush(message.room);
  }

  /** Sends what waits, room by room in order; called whenever there is a connection again. */
  flushAll(): void {
    for (const room of new Set(this.all.map((one) => one.room))) void this.flush(room);
  }

  again(one: Waiting): void {
    this.put({ ...one, refused: undefined });
    void this.flush(one.room);
  }

  remove(clientId: string): void {
    if (!this.entries.delete(clientId)) return;
    this.store(clientId, undefined);
    this.changed();
  }

  /** A message has come: if it is one that waits, it waits no more. */
  arrived(message: Message): void {
    if (message.clientId) this.remove(message.clientId);
  }

  /** Forgets everything: whoever logs out leaves nothing on this computer. */
  clear(): void {
    removeEventListener("storage", this.hear);
    for (const one of this.all) this.store(one.clientId, undefined);
    this.entries.clear();
  }

  private async flush(room: string): Promise<void> {
    if (this.sending.has(room)) return;
    this.sending.add(room);
    try {
      for (;;) {
        const next = this.of(room).find((one) => !one.refused && one.sent === undefined);
        if (!next || !this.live.isOpen) return;
        const refusal = await this.send(next);
        if (typeof refusal === "number") this.acknowledged(next, refusal);
        else if (refusal === "again") await pause(1000);
        else if (refusal.data.code === "too_many" || refusal.data.code === "unavailable") await pause(1000 * (refusal.data.retryAfter ?? 2));
        else if (this.entries.has(next.clientId)) this.put({ ...next, refused: refusal.message });
      }
    } finally {
      this.sending.delete(room);
    }
  }

  private async send(one: Waiting): Promise<Refusal | "again" | number> {
    const { room, clientId, text, replyTo } = one;
    try {
      const ack = await this.live.ask("message:send", { room, clientId, text, replyTo, attachments: one.attachments?.map((file) => file.id) });
      return ack.error ?? ack.seq;
    } catch {
      // Nobody knows whether it has arrived: once more, under the same name.
      return "again";
    }
  }

  private acknowledged(one: Waiting, sent: number): void {
    this.store(one.clientId, undefined);
    // It may have come already.
    if (this.entries.has(one.clientId)) this.entries.set(one.clientId, { ...one, sent });
    this.changed();
  }

  private put(one: Waiting): void {
    this.entries.set(one.clientId, one);
    this.store(one.clientId, JSON.stringify(one));
    this.changed();
  }

  private store(clientId: string, value: string | undefined): void {
    try {
      if (value === undefined) localStorage.removeItem(this.prefix + clientId);
      else localStorage.setItem(this.prefix + clientId, value);
    } catch {
      // No room is left in the browser's storage: it waits in this page.
    }
  }

  private hear = (event: StorageEvent) => {
    if (!event.key?.startsWith(this.prefix)) return;
    this.read(event.key, event.newValue);
    this.changed();
  };

  private read(key: string, value: string | null): void {
    if (value === null) {
      this.entries.delete(key.slice(this.prefix.length));
      return;
    }

    try {
      const one = JSON.parse(value) as Waiting;
      if (typeof one.clientId === "string" && typeof one.room === "string" && typeof one.text === "string") this.entries.set(one.clientId, one);
    } catch {
      localStorage.removeItem(key);
    }
  }
}

/** What is said of a message that waits. */
export function stateOf(one: Waiting, live: Live): string {
  if (one.sent !== undefined) return "";
  if (one.refused) return t("chat.refused", { reason: one.refused });
  return live.isOpen ? t("chat.sending") : t("chat.waiting");
}

const pause = (time: number) => new Promise((resolve) => setTimeout(resolve, time));

// randomUUID is there on https and on this machine only.
function randomName(): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (b) => b.toString(16).padStart(2, "0")).join("");
}
