import { html, nothing, t, time } from "../kit";
import { icons } from "./icons";
import { plain, rich } from "./text";
import type { RoomState } from "./room-state";
import type { Store } from "./store";
import type { Message } from "./types";

/** What people react with most; others are typed. */
export const emoji = ["👍", "❤️", "😂", "🎉", "😮", "😢", "🙏", "👀", "✅", "🚣"];

/** What can be done with a message. */
export interface MessageActions {
  active: number | undefined;
  palette: number | undefined;
  reply(message: Message): void;
  edit(message: Message): void;
  erase(message: Message): void;
  report(message: Message): void;
  unread(message: Message): void;
  react(message: Message, emoji: string): void;
  togglePalette(message: Message): void;
  jump(seq: number): void;
}

/** The letters that stand for somebody, in one of eight colours. */
export function avatar(account: string | undefined, name: string, state?: string) {
  const letters = name.split(/[\s._-]+/).filter(Boolean).slice(0, 2).map((word) => [...word][0]!.toUpperCase()).join("");
  const hue = account ? parseInt(account.replaceAll("-", "").slice(-4), 16) % 8 : 0;
  return html`<span class="avatar hue-${hue}" aria-hidden="true">${letters}${state && state !== "offline" ? html`<span class="presence ${state}"></span>` : nothing}</span>`;
}

/** The names of people of the room as they stand in texts. */
export function knownNames(store: Store, room: RoomState): (name: string) => "me" | "other" | undefined {
  const names = new Set([...room.members.values()].map((member) => member.username?.toLowerCase()));
  return (name) => (name === store.me.username.toLowerCase() || name === "room" ? "me" : names.has(name) ? "other" : undefined);
}

/** One message; `isCompact` where it goes on with what the same person said just before. */
export function messageRow(store: Store, room: RoomState, message: Message, isCompact: boolean, isTarget: boolean, actions: MessageActions) {
  const name = store.nameOf(message.sender);
  const isNamed = message.mentionsRoom || message.mentions?.includes(store.me.id);
  const isActive = actions.active === message.seq;
  const role = message.sender ? room.members.get(message.sender)?.role : undefined;
  return html`<div role="article" id="m-${message.seq}" data-seq=${message.seq} tabindex=${isActive ? "0" : "-1"} aria-label=${t("chat.by", { name })}
    class="message ${isCompact ? "compact" : ""} ${isNamed ? "for-me" : ""} ${isTarget ? "target" : ""} ${isActive ? "active" : ""}">
    ${isCompact ? nothing : avatar(message.sender, name)}
    <div class="body">
      ${isCompact ? nothing : html`<p class="by"><strong>${name}</strong>${role && role !== "member" ? html` <span class="tag">${t(`chat.role.${role}`)}</span>` : nothing} ${time(message.at, "minute")}</p>`}
      ${message.replyTo ? quote(store, room, message.replyTo, actions) : nothing}
      ${message.deletedAt
        ? html`<p class="gone">${t("chat.deleted")}</p>`
        : html`<div class="text">${rich(message.text, knownNames(store, room))}${message.editedAt ? html` <small class="edited">${t("chat.edited")}</small>` : nothing}</div>`}
      ${message.attachments?.length
        ? html`<div class="attachments">${message.attachments.map((file) => html`<chat-attachment .file=${file}></chat-attachment>`)}</div>`
        : nothing}
      ${message.reactions?.length ? reactions(store, room, message, actions) : nothing}
    </div>
    ${isActive ? toolbar(store, room, message, actions) : nothing}
  </div>`;
}

function quote(store: Store, room: RoomState, seq: number, actions: MessageActions) {
  const original = room.message(seq);
  const text = !original ? t("chat.earlier") : original.deletedAt ? t("chat.deleted") : plain(original.text) || original.attachments?.[0]?.name || "";
  return html`<button type="button" class="quote" @click=${() => actions.jump(seq)}>
    ${original ? html`<strong>${store.nameOf(original.sender)}</strong>` : nothing} <span>${text}</span>
  </button>`;
}

function reactions(store: Store, room: RoomState, message: Message, actions: MessageActions) {
  return html`<ul class="reactions" aria-label=${t("chat.reactions")}>
    ${message.reactions!.map(({ emoji, accounts }) => {
      const who = accounts.map((account) => store.nameOf(account)).join(", ");
      return html`<li><button type="button" aria-pressed=${accounts.includes(store.me.id) ? "true" : "false"} title=${who} ?disabled=${!room.may("write")}
        aria-label=${t("chat.reacted", { emoji, n: accounts.length, who })} @click=${() => actions.react(message, emoji)}>${emoji} <span>${accounts.length}</span></button></li>`;
    })}
  </ul>`;
}

function toolbar(store: Store, room: RoomState, message: Message, actions: MessageActions) {
  const isMine = message.sender === store.me.id;
  const writes = room.may("write") && !message.deletedAt;
  const button = (label: string, icon: unknown, run: () => void, expanded?: boolean) => html`<button type="button" class="quiet" title=${label} aria-label=${label}
    aria-expanded=${expanded === undefined ? nothing : String(expanded)} @click=${run}>${icon}</button>`;
  const isOpen = actions.palette === message.seq;
  return html`<div class="toolbar" role="toolbar" aria-label=${t("chat.actions")}>
    ${writes ? button(t("chat.react"), icons.smile, () => actions.togglePalette(message), isOpen) : nothing}
    ${writes ? button(t("chat.reply"), icons.reply, () => actions.reply(message)) : nothing}
    ${writes && isMine ? button(t("chat.edit"), icons.edit, () => actions.edit(message)) : nothing}
    ${!message.deletedAt && ((isMine && room.may("write")) || room.may("moderate")) ? button(t("chat.delete"), icons.remove, () => actions.erase(message)) : nothing}
    ${room.may("take-part") ? button(t("chat.unread.from"), icons.unread, () => actions.unread(message)) : nothing}
    ${writes && !isMine ? button(t("chat.report"), icons.flag, () => actions.report(message)) : nothing}
    ${isOpen ? html`<div class="palette">${emoji.map((one) => html`<button type="button" class="quiet" @click=${() => actions.react(message, one)}>${one}</button>`)}
      <input aria-label=${t("chat.emoji.another")} placeholder="…" maxlength="16" @change=${(event: Event) => {
        const value = (event.target as HTMLInputElement).value.trim();
        if (value) actions.react(message, value);
      }} /></div>` : nothing}
  </div>`;
}
