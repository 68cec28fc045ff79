import { html, locale, nothing, Problem, repeat, t, toast, time } from "../kit";
import { askDelete, askReport } from "./dialogs";
import { ChatElement } from "./element";
import { icons } from "./icons";
import { avatar, messageRow, type MessageActions } from "./message";
import { stateOf } from "./outbox";
import type { RoomState } from "./room-state";
import { rich } from "./text";
import type { Message } from "./types";

const near = 40;

/** The history of a room: loads as one scrolls, stays where one is when something comes, and moves the cursor over what was seen. */
class Timeline extends ChatElement implements MessageActions {
  static override properties = {
    store: { attribute: false },
    room: { attribute: false },
    at: { attribute: false },
    active: { state: true },
    palette: { state: true },
    isFarUp: { state: true },
    said: { state: true },
  };

  declare room: RoomState;
  /** A place to go to. */
  declare at: number | undefined;
  declare active: number | undefined;
  declare palette: number | undefined;
  declare isFarUp: boolean;
  /** What came last, for those who do not see it come. */
  declare said: string;

  private shown: string | undefined;
  private gone: number | undefined;
  private anchor: { seq: string; top: number } | undefined;
  private sticks = true;
  /** Where the end was when it was last gone to. */
  private end = 0;
  private holdsUnread = false;
  private looking: ReturnType<typeof setTimeout> | undefined;
  private sizes = new ResizeObserver(() => this.sticks && this.toEnd());

  override connectedCallback(): void {
    super.connectedCallback();
    this.store.addEventListener("message", this.announce);
    this.store.addEventListener("caught-up", this.resume);
    document.addEventListener("visibilitychange", this.look);
    addEventListener("focus", this.look);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.store.removeEventListener("message", this.announce);
    this.store.removeEventListener("caught-up", this.resume);
    document.removeEventListener("visibilitychange", this.look);
    removeEventListener("focus", this.look);
    this.sizes.disconnect();
  }

  private get scroller(): HTMLElement {
    return this.querySelector<HTMLElement>(".scroll")!;
  }

  private rows(): HTMLElement[] {
    return [...this.querySelectorAll<HTMLElement>(".message[data-seq]")];
  }

  private resume = () => {
    if (!this.room.loaded) void this.open();
    this.look();
  };

  private announce = (event: Event) => {
    const message = (event as CustomEvent<Message>).detail;
    if (message.room !== this.room.id || message.sender === this.store.me.id) return;
    this.said = t("chat.said", { name: this.store.nameOf(message.sender), text: message.text });
  };

  protected override willUpdate(): void {
    const isOther = this.room.id !== this.shown;
    if (isOther) {
      this.shown = this.room.id;
      this.gone = undefined;
      this.active = this.palette = this.anchor = undefined;
      this.holdsUnread = false;
      this.sticks = true;
      this.said = "";
      this.room.marker = this.room.reading.unread > 0 ? this.room.reading.firstUnread : undefined;
      void this.open();
    } else if (this.at !== undefined && this.at !== this.gone) {
      void this.jump(this.at);
    }

    this.anchor = undefined;
    if (!this.hasUpdated) return;
    // Somebody may have scrolled up, and the browser not yet have said so.
    if (this.sticks && this.scroller.scrollTop < this.end && this.below >= near) this.sticks = false;
    if (this.sticks) return;
    const top = this.scroller.getBoundingClientRect().top;
    const first = this.rows().find((row) => row.getBoundingClientRect().bottom > top);
    if (first) this.anchor = { seq: first.dataset.seq!, top: first.getBoundingClientRect().top };
  }

  protected override updated(): void {
    if (this.sticks) this.toEnd();
    else if (this.anchor) {
      const row = this.querySelector(`[data-seq="${this.anchor.seq}"]`);
      if (row) this.scroller.scrollTop += row.getBoundingClientRect().top - this.anchor.top;
    }

    if (this.scroller.scrollHeight <= this.scroller.clientHeight && this.room.loaded && !this.room.begun && !this.room.busy) void this.fetch(this.room.older);
    this.look();
  }

  protected override firstUpdated(): void {
    this.sizes.observe(this.scroller);
  }

  private async open(): Promise<void> {
    const room = this.room;
    const { at } = this;
    if (at !== undefined) {
      await this.jump(at);
      return;
    }

    if (!room.isAttached) await this.fetch(room.latest);
    if (room !== this.room) return;
    const marker = room.marker !== undefined && room.message(room.marker) ? room.marker : undefined;
    this.sticks = marker === undefined;
    this.requestUpdate();
    await this.updateComplete;
    if (marker === undefined) this.toEnd();
    else this.show(marker);
  }

  private async fetch(load: () => Promise<void>): Promise<void> {
    try {
      await load();
    } catch (error) {
      // What the network is to blame for comes with the next connection.
      if (!(error instanceof Problem)) throw error;
      if (error.status !== 0) toast(error.detail);
    }

    this.requestUpdate();
  }

  /** Goes to a message, wherever it is. */
  jump = async (seq: number): Promise<void> => {
    this.gone = seq;
    this.sticks = false;
    await this.fetch(() => this.room.around(seq));
    await this.updateComplete;
    this.show(seq);
    this.active = seq;
    await this.updateComplete;
    this.querySelector<HTMLElement>(`#m-${seq}`)?.focus({ preventScroll: true });
  };

  private show(seq: number): void {
    const row = this.querySelector<HTMLElement>(`#m-${seq}`);
    if (!row) return;
    this.scroller.scrollTop += row.getBoundingClientRect().top - this.scroller.getBoundingClientRect().top - this.scroller.clientHeight / 3;
    this.scrolled();
  }

  private toEnd(): void {
    this.scroller.scrollTop = this.scroller.scrollHeight;
    this.end = this.scroller.scrollTop;
  }

  private get below(): number {
    const { scrollTop, scrollHeight, clientHeight } = this.scroller;
    return scrollHeight - scrollTop - clientHeight;
  }

  private latest = async () => {
    if (!this.room.isAttached) await this.fetch(this.room.latest);
    this.room.marker = undefined;
    this.sticks = true;
    this.isFarUp = false;
    this.requestUpdate();
    await this.updateComplete;
    this.toEnd();
  };

  private scrolled = () => {
    const { scrollTop, clientHeight } = this.scroller;
    const { below } = this;
    this.sticks = below < near && this.room.isAttached;
    this.isFarUp = below > clientHeight || !this.room.isAttached;
    if (this.sticks) this.room.trim();
    if (scrollTop < clientHeight && !this.room.begun && !this.room.busy) void this.fetch(this.room.older);
    if (below < clientHeight && !this.room.isAttached && !this.room.busy) void this.fetch(this.room.newer);
    this.look();
  };

  // What somebody looks at is read.
  private look = () => {
    clearTimeout(this.looking);
    this.looking = setTimeout(() => {
      if (!this.isConnected || document.visibilityState !== "visible" || !document.hasFocus() || this.holdsUnread || !this.room.may("take-part")) return;
      const bottom = this.scroller.getBoundingClientRect().bottom;
      const seen = this.rows().findLast((row) => row.getBoundingClientRect().top < bottom);
      const seq = Number(seen?.dataset.seq ?? 0);
      const { readSeq, unreadFrom } = this.room.reading;
      if (seq > readSeq || (unreadFrom !== undefined && seq > 0)) void this.store.read(this.room, { seq });
    }, 250);
  };

  reply(message: Message): void {
    this.dispatchEvent(new CustomEvent("reply", { detail: message }));
  }

  edit(message: Message): void {
    this.dispatchEvent(new CustomEvent("edit", { detail: message }));
  }

  erase(message: Message): void {
    void askDelete(this.store, this.room, message);
  }

  report(message: Message): void {
    void askReport(this.room, message);
  }

  unread(message: Message): void {
    this.holdsUnread = true;
    this.room.marker = message.seq;
    void this.store.read(this.room, { unreadFrom: message.seq });
    toast(t("chat.unread.done"));
  }

  async react(message: Message, emoji: string): Promise<void> {
    this.palette = undefined;
    const has = message.reactions?.find((one) => one.emoji === emoji)?.accounts.includes(this.store.me.id);
    try {
      await this.store.act(has ? "reaction:remove" : "reaction:add", { room: this.room.id, id: message.id, emoji });
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      toast(error.detail);
    }
  }

  togglePalette(message: Message): void {
    this.palette = this.palette === message.seq ? undefined : message.seq;
  }

  private choose = (event: Event) => {
    const row = (event.target as Element).closest<HTMLElement>(".message[data-seq]");
    if (!row) return;
    const seq = Number(row.dataset.seq);
    if (this.active !== seq) {
      this.active = seq;
      this.palette = undefined;
    }
  };

  private hover = (event: PointerEvent) => {
    if (event.pointerType === "mouse" && this.palette === undefined && !this.querySelector(".message:focus-within")) this.choose(event);
  };

  private keys = (event: KeyboardEvent) => {
    const row = event.target as HTMLElement;
    if (!row.matches(".message[data-seq]")) {
      if (event.key === "Escape") this.querySelector<HTMLElement>(`#m-${this.active}`)?.focus();
      return;
    }

    const rows = this.rows();
    const here = rows.indexOf(row);
    const to = { ArrowUp: here - 1, ArrowDown: here + 1, Home: 0, End: rows.length - 1 }[event.key];
    if (event.key === "Escape") this.dispatchEvent(new CustomEvent("write"));
    if (to === undefined || !rows[to]) return;
    event.preventDefault();
    rows[to].focus();
  };

  override render() {
    const { room, store } = this;
    const waiting = store.outbox.of(room.id, room.seq);
    const rows = room.list.map((message, i) => ({ message, before: room.list[i - 1] }));
    const isBehind = room.marker !== undefined && (room.list[0]?.seq ?? 0) > room.marker;
    // One can be reached by Tab.
    const reached = this.active !== undefined && room.message(this.active) ? this.active : undefined;
    return html`
      ${isBehind ? html`<button type="button" class="jump first" @click=${() => this.jump(room.marker!)}>${icons.up} ${t("chat.first", { n: room.reading.unread })}</button>` : nothing}
      <div class="scroll" tabindex=${reached === undefined ? "0" : "-1"} role="region" aria-label=${t("chat.history")} @scroll=${this.scrolled}
        @focusin=${this.choose} @click=${this.choose} @pointerover=${this.hover} @keydown=${this.keys}>
        ${!room.loaded ? html`<p class="loading">${t("loading")}</p>`
          : room.begun ? html`<p class="begin">${t("chat.begin", { room: store.titleOf(room) })}</p>`
          : html`<p class="loading">${t("chat.loading.older")}</p>`}
        <div role="log" aria-live="off" aria-label=${t("chat.messages")}>
          ${repeat(rows, ({ message }) => message.id, ({ message, before }) => html`
            ${!before || !isSameDay(before.at, message.at) ? html`<p class="day"><span>${dayOf(message.at)}</span></p>` : nothing}
            ${room.marker === message.seq ? html`<p class="new"><span>${t("chat.new")}</span></p>` : nothing}
            ${messageRow(store, room, message, goesOn(before, message) && room.marker !== message.seq, this.gone === message.seq, this)}`)}
          ${waiting.map((one, i) => html`<div role="article" class="message waiting ${i > 0 ? "compact" : ""} ${one.refused ? "refused" : ""}" aria-label=${t("chat.by", { name: store.nameOf(store.me.id) })}>
            ${i > 0 ? nothing : avatar(store.me.id, store.nameOf(store.me.id))}
            <div class="body">
              ${i > 0 ? nothing : html`<p class="by"><strong>${store.nameOf(store.me.id)}</strong> ${time(new Date(one.written).toISOString(), "minute")}</p>`}
              <div class="text">${rich(one.text, () => undefined)}</div>
              ${one.attachments?.length ? html`<p class="help">${one.attachments.map((file) => file.name).join(", ")}</p>` : nothing}
              <p class="state">${stateOf(one, store.live)}
                ${one.refused ? html`<button type="button" class="quiet" @click=${() => store.outbox.again(one)}>${t("retry")}</button>` : nothing}
                ${one.sent === undefined && (one.refused || !store.live.isOpen) ? html`<button type="button" class="quiet bad" @click=${() => store.outbox.remove(one.clientId)}>${t("chat.discard")}</button>` : nothing}</p>
            </div>
          </div>`)}
        </div>
      </div>
      ${this.isFarUp ? html`<button type="button" class="jump last" @click=${this.latest}>${icons.down} ${t("chat.latest")}</button>` : nothing}
      <p class="unseen" role="status">${this.said}</p>`;
  }
}

const isSameDay = (a: string, b: string) => new Date(a).toDateString() === new Date(b).toDateString();

function dayOf(at: string): string {
  const days = Math.round((new Date(new Date(at).toDateString()).getTime() - new Date(new Date().toDateString()).getTime()) / 86_400_000);
  return days > -2 ? new Intl.RelativeTimeFormat(locale, { numeric: "auto" }).format(days, "day")
    : new Intl.DateTimeFormat(locale, { weekday: "long", day: "numeric", month: "long", year: "numeric" }).format(new Date(at));
}

function goesOn(before: Message | undefined, message: Message): boolean {
  return before !== undefined && before.sender === message.sender && message.replyTo === undefined
    && isSameDay(before.at, message.at) && Date.parse(message.at) - Date.parse(before.at) < 300_000;
}

customElements.define("chat-timeline", Timeline);
