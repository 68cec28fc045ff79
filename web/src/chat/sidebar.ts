import { go, html, language, nothing, t, theme, type Language } from "../kit";
import { askConversation, askJoin, askNewRoom } from "./dialogs";
import { ChatElement } from "./element";
import { icons } from "./icons";
import { avatar } from "./message";
import type { RoomState } from "./room-state";
import type { Room } from "./types";

/** Where one can go: rooms and conversations, with what is unread in them. */
class Sidebar extends ChatElement {
  static override properties = { store: { attribute: false }, current: { attribute: false }, language: { attribute: false } };

  declare current: string | undefined;
  declare language: Language;

  private enter = async (asked: Promise<Room | undefined>) => {
    const room = await asked;
    if (room) go(this.store.addressOf(await this.store.enter(room.id)));
  };

  private say = (name: string, detail?: unknown) => () => this.dispatchEvent(new CustomEvent(name, { detail }));

  private entry(room: RoomState) {
    const { unread, mentions } = room.reading;
    const title = this.store.titleOf(room);
    const waiting = this.store.outbox.of(room.id, room.seq).length;
    const other = room.other(this.store.me.id);
    return html`<li><a href=${this.store.addressOf(room)} aria-current=${this.current === room.id ? "page" : nothing} class=${unread > 0 ? "unread" : ""}>
      ${room.room.kind === "room" ? (room.room.visibility === "public" ? icons.hash : icons.lock) : room.room.kind === "direct" ? avatar(other, title, this.store.presence.get(other ?? "")?.state) : icons.people}
      <span class="grow">${title}</span>
      ${waiting > 0 ? html`<span class="tag bad">${t("chat.waits", { n: waiting })}</span>` : nothing}
      ${mentions > 0 ? html`<span class="badge at" aria-hidden="true">@</span>` : nothing}
      ${unread > 0 ? html`<span class="badge"><span aria-hidden="true">${unread > 99 ? "99+" : unread}</span><span class="unseen">${t("chat.unread", { n: unread })}</span></span>` : nothing}
    </a></li>`;
  }

  override render() {
    const { store } = this;
    const rooms = store.sorted.filter(({ room }) => room.kind === "room");
    const talks = store.sorted.filter(({ room }) => room.kind !== "room");
    const other: Language = language === "fr" ? "en" : "fr";
    const can = (permission: string) => store.me.permissions.includes(permission);
    return html`
      <nav aria-label=${t("chat.navigation")}>
        <div class="section"><h2>${t("chat.rooms")}</h2>
          <button type="button" class="quiet" @click=${() => this.enter(askJoin(store))}>${t("chat.join.action")}</button>
          ${can("rooms.create") ? html`<button type="button" class="quiet" aria-label=${t("chat.room.make")} title=${t("chat.room.make")} @click=${() => this.enter(askNewRoom())}>${icons.plus}</button>` : nothing}</div>
        ${rooms.length > 0 ? html`<ul>${rooms.map((room) => this.entry(room))}</ul>` : html`<p class="help">${t("chat.rooms.none")}</p>`}
        <div class="section"><h2>${t("chat.conversations")}</h2>
          ${can("messages.write") ? html`<button type="button" class="quiet" aria-label=${t("chat.write")} title=${t("chat.write")} @click=${() => this.enter(askConversation())}>${icons.plus}</button>` : nothing}</div>
        ${talks.length > 0 ? html`<ul>${talks.map((room) => this.entry(room))}</ul>` : html`<p class="help">${t("chat.conversations.none")}</p>`}
      </nav>
      <div class="who">
        <p><strong>${store.me.displayName ?? store.me.username}</strong><span>@${store.me.username}</span></p>
        <div class="row">
          <button type="button" class="quiet" lang=${other} @click=${this.say("language", other)}>${other === "en" ? "English" : "Français"}</button>
          <button type="button" class="quiet" @click=${this.say("theme")}>${t(`theme.${theme()}`)}</button>
          <a class="button quiet" href="/console">${t("chat.console")}</a>
          <button type="button" class="quiet" @click=${this.say("log-out")}>${t("shell.logout")}</button>
        </div>
      </div>`;
  }
}

customElements.define("chat-sidebar", Sidebar);
