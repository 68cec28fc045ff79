import { ago, api, language, Problem, t, type List, type Me } from "../kit";
import { Live } from "./live";
import { Outbox } from "./outbox";
import { RoomState } from "./room-state";
import type { Member, Message, Presence, Reading, Room, RoomChanges, SyncReply } from "./types";

/** What the page knows, and what it hears; `changed` when there is something to draw anew. */
export class Store extends EventTarget {
  rooms = new Map<string, RoomState>();
  people = new Map<string, Pick<Member, "username" | "displayName">>();
  presence = new Map<string, Presence>();
  ready = false;
  readonly live: Live;
  readonly outbox: Outbox;
  private syncing: Promise<void> | undefined;
  private syncAgain = false;

  constructor(readonly me: Me) {
    super();
    this.live = new Live(this.changed, () => void this.catchUp());
    this.outbox = new Outbox(me.id, this.live, this.changed);
    this.live.on("message:new", this.hearMessage);
    this.live.on("room:changes", this.hearChanges);
    this.live.on("room:joined", ({ room }: { room: string }) => void this.enter(room));
    this.live.on("room:left", ({ room }: { room: string }) => this.leave(room));
    this.live.on("reading", this.takeReading);
    this.live.on("presence", (presence: Presence) => {
      this.presence.set(presence.account, presence);
      this.changed();
    });
    document.addEventListener("visibilitychange", this.sayWhetherHere);
    this.live.on("typing", ({ room, account }: { room: string; account: string }) => {
      this.rooms.get(room)?.typing.set(account, Date.now() + 4000);
      this.changed();
      setTimeout(this.changed, 4100);
    });
  }

  changed = (): void => void this.dispatchEvent(new Event("changed"));

  /** Loads the rooms, and listens from then on. */
  async start(): Promise<void> {
    for (const begin of ["/api/v1/rooms", "/api/v1/conversations"]) {
      for await (const room of all<Room>(`${begin}?limit=1000`)) this.put(room);
    }

    this.ready = true;
    this.changed();
    this.live.start();
    await this.readUnread();
    await this.nameConversations();
  }

  get sorted(): RoomState[] {
    return [...this.rooms.values()].sort((a, b) => this.titleOf(a).localeCompare(this.titleOf(b), language));
  }

  /** The room of this id or slug. */
  find(named: string): RoomState | undefined {
    return this.rooms.get(named) ?? [...this.rooms.values()].find((one) => one.room.slug === named);
  }

  put(room: Room): RoomState {
    const known = this.rooms.get(room.id);
    if (known) {
      known.room = room;
      return known;
    }

    const state = new RoomState(room);
    this.rooms.set(room.id, state);
    return state;
  }

  /** Whoever has come into a room: what it is, and what was said since. */
  async enter(id: string): Promise<RoomState> {
    const state = this.put(await api.get<Room>(`/api/v1/rooms/${id}`, { quiet: true }));
    if (state.room.kind === "direct") await this.loadMembers(state);
    this.changed();
    void this.sync();
    return state;
  }

  leave(id: string): void {
    if (!this.rooms.delete(id)) return;
    this.changed();
    this.dispatchEvent(new CustomEvent("left", { detail: id }));
  }

  async loadMembers(room: RoomState): Promise<void> {
    await room.loadMembers();
    for (const member of room.members.values()) {
      this.people.set(member.account, member);
      if (member.presence) this.presence.set(member.account, { account: member.account, state: member.presence, lastSeen: member.lastSeen });
    }

    this.changed();
  }

  /** Whether somebody is there, in words; nothing where it is not known. */
  presenceOf(account: string | undefined): string {
    const known = this.presence.get(account ?? "");
    if (!known) return "";
    return known.state === "offline" && known.lastSeen ? t("chat.seen", { ago: ago(known.lastSeen) }) : t(`chat.presence.${known.state}`);
  }

  nameOf(account: string | undefined): string {
    if (account === this.me.id) return this.me.displayName ?? this.me.username;
    const known = account && this.people.get(account);
    if (known) return known.displayName ?? known.username ?? t("chat.somebody");
    if (account && this.ready) void this.learn(account);
    return t("chat.somebody");
  }

  // Whoever has left is none of the members, and has a profile.
  private async learn(account: string): Promise<void> {
    this.people.set(account, {});
    try {
      this.people.set(account, await api.get<Member>(`/api/v1/users/${account}`, { quiet: true }));
      this.changed();
    } catch {
      // Erased, or accounts cannot be asked.
    }
  }

  titleOf({ room, members }: RoomState): string {
    if (room.name) return room.name;
    const others = [...members.keys()].filter((one) => one !== this.me.id);
    return others.length > 0 ? others.slice(0, 4).map((one) => this.nameOf(one)).join(", ") : t("chat.conversation");
  }

  /** The address of a room, by which it is shown. */
  addressOf({ room }: RoomState): string {
    return `/chat/${room.slug ?? room.id}`;
  }

  /** How many rooms and conversations have something unread. */
  get unread(): number {
    return [...this.rooms.values()].filter((one) => one.reading.unread > 0).length;
  }

  /** Moves the cursor, on all devices. */
  async read(room: RoomState, where: { seq: number } | { unreadFrom: number }): Promise<void> {
    if (!this.live.isOpen) return;
    const ack = await this.live.ask("read", { room: room.id, ...where }).catch(() => undefined);
    if (ack && !ack.error) this.takeReading(ack);
  }

  /** Does what an event asks for; a refusal is thrown as that of a request is. */
  async act(name: string, value: object): Promise<any> {
    let ack;
    try {
      ack = await this.live.ask(name, value);
    } catch {
      throw new Problem(0, t("problem.unreachable"));
    }

    if (ack?.error) throw new Problem(ack.error.data?.status ?? 400, ack.error.message, ack.error.data?.errors ?? []);
    return ack;
  }

  stop(): void {
    this.live.stop();
    this.outbox.clear();
  }

  private async catchUp(): Promise<void> {
    await this.sync();
    this.outbox.flushAll();
    this.sayWhetherHere();
    await this.readUnread().catch(() => undefined);
    await this.readPresence().catch(() => undefined);
    this.dispatchEvent(new Event("caught-up"));
  }

  // A page that nobody looks at is away.
  private sayWhetherHere = () => this.live.tell("presence:set", { state: document.visibilityState === "visible" ? "online" : "away" });

  private async readPresence(): Promise<void> {
    const known = [...this.presence.keys()];
    for (let i = 0; i < known.length; i += 100) {
      const { people } = await this.live.ask("presence:list", { accounts: known.slice(i, i + 100) });
      for (const one of (people ?? []) as Presence[]) this.presence.set(one.account, one);
    }

    this.changed();
  }

  /** Asks for what was missed until there is no more. */
  sync(): Promise<void> {
    if (this.syncing) this.syncAgain = true;
    this.syncing ??= this.syncPages().finally(() => (this.syncing = undefined));
    return this.syncing;
  }

  private async syncPages(): Promise<void> {
    do {
      this.syncAgain = false;
      const rooms = Object.fromEntries([...this.rooms.values()].map((one) => [one.id, one.seq]));
      const changes = Object.fromEntries([...this.rooms.values()].map((one) => [one.id, one.change]));
      const reply: SyncReply & { error?: unknown } = await this.live.ask("sync", { rooms, changes }).catch(() => ({ error: true }));
      if (reply.error) return; // With the next connection.
      for (const missed of reply.rooms) {
        const room = this.rooms.get(missed.room ?? missed.asked ?? "");
        if (missed.status === "new") void this.enter(missed.room!);
        else if (!room) continue;
        else if (missed.status === "gone") this.leave(room.id);
        else if (missed.status === "resync") room.restart(missed.seq, missed.change);
        else {
          missed.messages.forEach((message) => this.takeMessage(room, message));
          if (missed.changes) this.takeChanges(room, missed.changes);
          room.change = Math.max(room.change, missed.change);
        }
      }

      this.changed();
      if (reply.more) this.syncAgain = true;
    } while (this.syncAgain);
  }

  private hearMessage = (message: Message) => {
    const room = this.rooms.get(message.room);
    if (!room) return;
    if (message.seq > room.seq + 1) void this.sync();
    else if (this.takeMessage(room, message)) {
      this.changed();
      this.dispatchEvent(new CustomEvent("message", { detail: message }));
    }
  };

  private takeMessage(room: RoomState, message: Message): boolean {
    this.outbox.arrived(message);
    if (!room.take(message)) return false;
    if (message.sender !== this.me.id && !message.deletedAt) {
      const { reading } = room;
      const isNamed = message.mentionsRoom || message.mentions?.includes(this.me.id);
      room.reading = {
        ...reading,
        unread: reading.unread + 1,
        mentions: reading.mentions + (isNamed ? 1 : 0),
        firstUnread: reading.firstUnread ?? message.seq,
      };
    }

    if (message.sender && room.hasMembers && !room.members.has(message.sender)) void this.loadMembers(room);
    return true;
  }

  private hearChanges = (changes: RoomChanges) => {
    const room = this.rooms.get(changes.room);
    if (!room || changes.change <= room.change) return;
    if (changes.after > room.change) void this.sync();
    else {
      this.takeChanges(room, changes);
      this.changed();
    }
  };

  private takeChanges(room: RoomState, changes: RoomChanges): void {
    room.apply(changes);
    const mine = changes.members.find((member) => member.account === this.me.id);
    // What one may do follows from what one is.
    if (mine && mine.role !== room.room.role) void this.refresh(room);
    const others = changes.members.filter((member) => (member.state === "in") !== room.members.has(member.account));
    if (others.length > 0 && room.hasMembers) void this.loadMembers(room);
    // What is unread is counted by the server alone.
    if (changes.messages.some((message) => message.deletedAt && message.seq > room.reading.readSeq)) void this.count(room);
  }

  private async refresh(room: RoomState): Promise<void> {
    room.room = await api.get<Room>(`/api/v1/rooms/${room.id}`, { quiet: true });
    this.changed();
  }

  private async count(room: RoomState): Promise<void> {
    this.takeReading(await api.get<Reading>(`/api/v1/rooms/${room.id}/read`, { quiet: true }));
  }

  private takeReading = (reading: Reading) => {
    const room = this.rooms.get(reading.room);
    if (!room) return;
    room.reading = reading;
    this.changed();
  };

  private async readUnread(): Promise<void> {
    for await (const reading of all<Reading>("/api/v1/rooms/unread?limit=1000")) this.takeReading(reading);
  }

  private async nameConversations(): Promise<void> {
    const unnamed = [...this.rooms.values()].filter((one) => one.room.kind !== "room" && !one.room.name);
    for (const room of unnamed) await this.loadMembers(room);
  }
}

/** Every item of a list, page by page. */
export async function* all<T>(path: string): AsyncGenerator<T> {
  for (let next: string | null = path; next; ) {
    const page: List<T> = await api.get<List<T>>(next, { quiet: true });
    yield* page.items;
    next = page.next;
  }
}
