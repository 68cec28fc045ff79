import { api, type List } from "../kit";
import type { Member, Message, Reading, Room, RoomChanges } from "./types";

const pageSize = 50;

/** The most messages that are kept of a room that nobody looks back in. */
const most = 600;

/**
 * What the page knows of a room: how far it has come (`seq`, `change`: the cursors of `sync`), and a stretch of its history without a
 * gap, which ends with the last message unless one has gone back to a place far from it.
 */
export class RoomState {
  list: Message[] = [];
  seq: number;
  change: number;
  reading: Reading;
  members = new Map<string, Member>();
  hasMembers = false;
  /** Who is typing, until when. */
  typing = new Map<string, number>();
  /** Whether a stretch of the history is there, and whether it begins where the room does. */
  loaded = false;
  begun = false;
  busy = false;
  /** The first message that was unread when one came in. */
  marker: number | undefined;
  /** What has changed lately: a page that was read before may come after. */
  private changed = new Map<number, Message>();

  constructor(public room: Room) {
    this.seq = room.lastSeq;
    this.change = room.lastChange;
    this.reading = { room: room.id, readSeq: room.readSeq ?? 0, unread: 0, mentions: 0 };
  }

  get id(): string {
    return this.room.id;
  }

  may(right: string): boolean {
    return this.room.rights.includes(right);
  }

  /** With whom one talks alone. */
  other(me: string): string | undefined {
    return this.room.kind === "direct" ? [...this.members.keys()].find((one) => one !== me) : undefined;
  }

  /** Whether the stretch goes up to the last message. */
  get isAttached(): boolean {
    return this.loaded && (this.list.at(-1)?.seq ?? this.seq) >= this.seq;
  }

  message(seq: number): Message | undefined {
    const first = this.list[0];
    const found = first && this.list[seq - first.seq];
    return found?.seq === seq ? found : this.list.find((one) => one.seq === seq);
  }

  /** Takes the next message. False if it is none: had already, or one that comes after a gap. */
  take(message: Message): boolean {
    if (message.seq !== this.seq + 1) return false;
    const wasAttached = this.isAttached;
    this.seq = message.seq;
    this.typing.delete(message.sender ?? "");
    if (wasAttached && (this.list.at(-1)?.seq ?? 0) < message.seq) this.list = [...this.list, message];
    return true;
  }

  /** Takes what has changed; what is shown changes with it. */
  apply(changes: RoomChanges): void {
    if (this.changed.size > 1000) this.changed.clear();
    for (const message of changes.messages) this.changed.set(message.seq, message);
    if (changes.messages.length > 0) this.list = this.list.map((message) => this.latestOf(message));

    for (const now of changes.members) {
      const old = this.members.get(now.account);
      if (old && now.state === "in") {
        this.members.set(now.account, { ...old, role: now.role, readSeq: now.readSeq, mutedUntil: now.mutedUntil });
      }
    }

    if (changes.settings) this.room = { ...this.room, slug: undefined, retentionDays: undefined, ...changes.settings };
    this.change = Math.max(this.change, changes.change);
  }

  /** Forgets the history, as too much was missed. */
  restart(seq: number, change: number): void {
    Object.assign(this, { seq, change, list: [], loaded: false, begun: false });
    this.changed.clear();
  }

  /** Loads the newest page. */
  latest = (): Promise<void> =>
    this.once(async () => {
      const page = await this.page("");
      this.list = page.items.reverse();
      this.begun = page.next === null;
      this.seq = Math.max(this.seq, this.list.at(-1)?.seq ?? 0);
      this.loaded = true;
      await this.close();
    });

  /** Loads what is around a place. */
  around = (seq: number): Promise<void> =>
    this.once(async () => {
      if (this.message(seq)) return;
      this.list = (await this.page(`around=${seq}&`)).items;
      this.begun = this.list[0] === undefined || this.list[0].seq === 1;
      this.loaded = true;
    });

  /** Loads a page of what was before. */
  older = (): Promise<void> =>
    this.once(async () => {
      const first = this.list[0];
      if (!first || this.begun) return;
      const page = await this.page(`before=${first.seq}&`);
      this.list = [...page.items.reverse(), ...this.list];
      this.begun = page.next === null;
    });

  /** Loads a page of what came after, where the stretch ends before the last message. */
  newer = (): Promise<void> =>
    this.once(async () => {
      if (!this.isAttached) await this.next();
    });

  /** Lets go of what is far up, when one is at the end. */
  trim(): void {
    if (this.list.length > most && this.isAttached) {
      this.list = this.list.slice(-most / 2);
      this.begun = false;
    }
  }

  /** Who is in the room, with their names. */
  async loadMembers(): Promise<void> {
    const members = new Map<string, Member>();
    for (let next: string | null = `/api/v1/rooms/${this.id}/members?limit=1000`; next; ) {
      const page: List<Member> = await api.get<List<Member>>(next, { quiet: true });
      for (const member of page.items) members.set(member.account, member);
      next = page.next;
    }

    this.members = members;
    this.hasMembers = true;
  }

  // What came while a page was on its way.
  private async close(): Promise<void> {
    while (!this.isAttached && (await this.next())) continue;
  }

  private async next(): Promise<boolean> {
    const { items } = await this.page(`after=${this.list.at(-1)?.seq ?? 0}&`);
    const last = this.list.at(-1)?.seq ?? 0;
    const more = items.filter((message) => message.seq > last);
    this.list = [...this.list, ...more];
    this.seq = Math.max(this.seq, this.list.at(-1)?.seq ?? 0);
    return more.length > 0;
  }

  private async page(where: string): Promise<List<Message>> {
    const page = await api.get<List<Message>>(`/api/v1/rooms/${this.id}/messages?${where}limit=${pageSize}`, { quiet: true });
    return { ...page, items: page.items.map((message) => this.latestOf(message)) };
  }

  private latestOf(message: Message): Message {
    const now = this.changed.get(message.seq);
    return now && now.change >= message.change ? now : message;
  }

  private async once(run: () => Promise<void>): Promise<void> {
    if (this.busy) return;
    this.busy = true;
    try {
      await run();
    } finally {
      this.busy = false;
    }
  }
}
