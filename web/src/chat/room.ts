import { html, nothing, t } from "../kit";
import type { Composer } from "./composer";
import { ChatElement } from "./element";
import { icons } from "./icons";
import type { RoomState } from "./room-state";
import type { Message } from "./types";

/** A room: its name, its history, where one writes, and a panel beside them. */
class RoomView extends ChatElement {
  static override properties = {
    store: { attribute: false },
    room: { attribute: false },
    at: { attribute: false },
    panel: { state: true },
    isOver: { state: true },
  };

  declare room: RoomState;
  declare at: number | undefined;
  declare panel: "members" | "search" | undefined;
  /** Something that could be dropped is over the room. */
  declare isOver: boolean;
  private shown: string | undefined;

  private get composer(): Composer {
    return this.querySelector<Composer>("chat-composer")!;
  }

  protected override willUpdate(): void {
    if (this.shown === this.room.id) return;
    this.shown = this.room.id;
    this.panel = undefined;
    if (!this.room.hasMembers) void this.store.loadMembers(this.room).catch(() => undefined);
  }

  private toggle(panel: "members" | "search") {
    return async () => {
      this.panel = this.panel === panel ? undefined : panel;
      await this.updateComplete;
      this.querySelector<HTMLElement>(".panel input, .panel h2")?.focus();
    };
  }

  private typing(): string {
    const names = [...this.room.typing].filter(([account, until]) => until > Date.now() && account !== this.store.me.id).map(([account]) => this.store.nameOf(account));
    return names.length === 0 ? "" : t("chat.typing", { n: names.length, names: names.slice(0, 3).join(", ") });
  }

  private drag = (event: DragEvent) => {
    if (!event.dataTransfer?.types.includes("Files")) return;
    event.preventDefault();
    this.isOver = event.type === "dragover";
    if (event.type === "drop") this.composer.addFiles(event.dataTransfer.files);
  };

  override render() {
    const { room, store } = this;
    const { kind, visibility } = room.room;
    const button = (panel: "members" | "search", label: string, icon: unknown) => html`<button type="button" class="quiet" title=${label} aria-label=${label}
      aria-expanded=${this.panel === panel ? "true" : "false"} @click=${this.toggle(panel)}>${icon}</button>`;
    return html`
      <header class="room-head">
        <a class="button quiet back" href="/chat" aria-label=${t("chat.back")}>${icons.back}</a>
        <div class="grow"><h1>${store.titleOf(room)}</h1>
          <p>${kind === "room" ? t(`chat.is.${visibility}`) : kind === "direct" ? store.presenceOf(room.other(store.me.id)) : t("chat.kind.group")}${room.hasMembers && kind !== "direct" ? html` · ${t("chat.members.count", { n: room.members.size })}` : nothing}</p></div>
        ${button("search", t("chat.search.room"), icons.search)}
        ${button("members", t("chat.members"), icons.people)}
      </header>
      <div class="room-body ${this.panel ? "with-panel" : ""}">
        <div class="talk ${this.isOver ? "over-drop" : ""}" @dragover=${this.drag} @dragleave=${this.drag} @drop=${this.drag}>
          <chat-timeline .store=${store} .room=${room} .at=${this.at}
            @reply=${(event: CustomEvent<Message>) => this.composer.reply(event.detail)}
            @edit=${(event: CustomEvent<Message>) => this.composer.edit(event.detail)}
            @write=${() => this.composer.write()}></chat-timeline>
          <p class="typing" role="status">${this.typing()}</p>
          <chat-composer .store=${store} .room=${room}></chat-composer>
        </div>
        ${this.panel === "members" ? html`<chat-members class="panel" .store=${store} .room=${room} @close-panel=${this.toggle("members")}></chat-members>`
          : this.panel === "search" ? html`<chat-search class="panel" .store=${store} .room=${room} @close-panel=${this.toggle("search")}></chat-search>`
          : nothing}
      </div>`;
  }
}

customElements.define("chat-room", RoomView);
