import { api, ask, go, html, nothing, openDialog, Problem, t, toast } from "../kit";
import { askInvite, askSettings, openConversation } from "./dialogs";
import { ChatElement } from "./element";
import { icons } from "./icons";
import { avatar } from "./message";
import type { RoomState } from "./room-state";
import type { Member } from "./types";

const ranks: Record<string, number> = { owner: 3, moderator: 2, member: 1 };

/** Who is in the room, and what can be done with them by whom. */
class Members extends ChatElement {
  static override properties = { store: { attribute: false }, room: { attribute: false }, open: { state: true }, wanted: { state: true } };

  declare room: RoomState;
  /** Whose actions are shown. */
  declare open: string | undefined;
  declare wanted: string;

  private close = () => this.dispatchEvent(new CustomEvent("close-panel"));

  private async run(done: string, request: () => Promise<unknown>): Promise<void> {
    try {
      await request();
      toast(done);
      await this.store.loadMembers(this.room).catch(() => undefined);
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      toast(error.detail);
    }
  }

  private sure(title: string, text: string, run: () => Promise<unknown>) {
    return () => void ask({ title, body: text, action: title, danger: true, run: async () => {
      await run();
      await this.store.loadMembers(this.room).catch(() => undefined);
    } });
  }

  private talk = async (member: Member) => {
    try {
      const room = await openConversation([member.account]);
      const state = await this.store.enter(room.id);
      go(this.store.addressOf(state));
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      toast(error.detail);
    }
  };

  private mute = async (member: Member, name: string) => {
    const minutes = await openDialog<number>(t("chat.mute.title", { name }), (close) => html`
      <div class="choices">${[10, 60, 1440, 10_080].map((one) => html`<button type="button" @click=${() => close(one)}>${t(`chat.mute.${one}`)}</button>`)}</div>
      <div class="actions"><button type="button" class="quiet" @click=${() => close()}>${t("cancel")}</button></div>`);
    if (minutes) await this.run(t("chat.mute.done", { name }), () => api.put(`/api/v1/rooms/${this.room.id}/mutes/${member.account}`, { minutes }, { quiet: true }));
  };

  private actions(member: Member) {
    const { room, store } = this;
    const base = `/api/v1/rooms/${room.id}`;
    const name = store.nameOf(member.account);
    const about = { room: room.id, account: member.account };
    const mine = room.may("own") ? 4 : ranks[room.room.role ?? ""] ?? 0;
    const isBelow = room.may("moderate") && mine > (ranks[member.role] ?? 0) && room.room.kind !== "direct";
    const isMuted = member.mutedUntil && Date.parse(member.mutedUntil) > Date.now();
    return html`<div class="member-actions">
      ${room.room.kind !== "direct" ? html`<button type="button" @click=${() => this.talk(member)}>${t("chat.write.one")}</button>` : nothing}
      ${isBelow ? html`
        ${isMuted ? html`<button type="button" @click=${() => this.run(t("chat.unmute.done", { name }), () => api.delete(`${base}/mutes/${member.account}`, { quiet: true }))}>${t("chat.unmute")}</button>`
          : html`<button type="button" @click=${() => this.mute(member, name)}>${t("chat.mute")}</button>`}
        <button type="button" @click=${this.sure(t("chat.kick"), t("chat.kick.text", { name }), () => store.act("member:kick", about))}>${t("chat.kick")}</button>
        <button type="button" @click=${this.sure(t("chat.ban"), t("chat.ban.text", { name }), () => store.act("member:ban", about))}>${t("chat.ban")}</button>` : nothing}
      ${room.may("own") ? html`<label>${t("chat.role")} <select @change=${(event: Event) =>
        this.run(t("saved"), () => api.put(`${base}/members/${member.account}`, { role: (event.target as HTMLSelectElement).value }, { quiet: true }))}>
        ${Object.keys(ranks).reverse().map((role) => html`<option value=${role} ?selected=${role === member.role}>${t(`chat.role.${role}`)}</option>`)}</select></label>` : nothing}
      <button type="button" @click=${this.sure(t("chat.block"), t("chat.block.text", { name }), () => api.put(`/api/v1/blocks/${member.account}`, undefined, { quiet: true }))}>${t("chat.block")}</button>
    </div>`;
  }

  private leave = () => void ask({
    title: t("chat.leave"),
    body: t("chat.leave.text", { room: this.store.titleOf(this.room) }),
    action: t("chat.leave"),
    danger: true,
    run: async () => {
      await this.store.act("room:leave", { room: this.room.id });
      this.store.leave(this.room.id);
    },
  });

  override render() {
    const { room, store } = this;
    const wanted = (this.wanted ?? "").toLowerCase();
    const members = [...room.members.values()]
      .filter((one) => !wanted || `${one.username} ${one.displayName ?? ""}`.toLowerCase().includes(wanted))
      .sort((a, b) => (ranks[b.role] ?? 0) - (ranks[a.role] ?? 0) || store.nameOf(a.account).localeCompare(store.nameOf(b.account)));
    return html`<div class="panel-head"><h2 tabindex="-1">${t("chat.members")}</h2>
        <button type="button" class="quiet" aria-label=${t("close")} @click=${this.close}>${icons.close}</button></div>
      ${room.may("moderate") && room.room.kind !== "direct" ? html`<p class="row wrap">
        <button type="button" @click=${() => askInvite(store, room)}>${icons.plus} ${t("chat.invite")}</button>
        ${room.may("own") ? html`<button type="button" @click=${() => askSettings(room)}>${icons.settings} ${t("chat.room.settings")}</button>` : nothing}
        <a href="/console/rooms/${room.id}">${t("chat.order")}</a></p>` : nothing}
      ${room.members.size > 12 ? html`<input type="search" aria-label=${t("chat.members.find")} placeholder=${t("chat.members.find")} @input=${(event: Event) => (this.wanted = (event.target as HTMLInputElement).value)} />` : nothing}
      <ul class="members">${members.slice(0, 300).map((member) => {
        const name = store.nameOf(member.account);
        const isMe = member.account === store.me.id;
        const isOpen = this.open === member.account;
        const who = html`${avatar(member.account, name, store.presence.get(member.account)?.state)}<span class="grow"><strong>${name}</strong><small>${[member.username ? `@${member.username}` : "", isMe ? "" : store.presenceOf(member.account)].filter(Boolean).join(" · ")}</small></span>
          ${member.mutedUntil && Date.parse(member.mutedUntil) > Date.now() ? html`<span class="tag bad">${t("chat.is.muted")}</span>` : nothing}
          ${member.role === "member" ? nothing : html`<span class="tag">${t(`chat.role.${member.role}`)}</span>`}`;
        return html`<li>${isMe ? html`<div class="member">${who}</div>`
          : html`<button type="button" class="member" aria-expanded=${isOpen ? "true" : "false"} @click=${() => (this.open = isOpen ? undefined : member.account)}>${who}</button>`}
          ${isOpen ? this.actions(member) : nothing}</li>`;
      })}</ul>
      ${room.room.kind !== "direct" ? html`<p><button type="button" class="quiet bad" @click=${this.leave}>${t("chat.leave")}</button></p>` : nothing}`;
  }
}

customElements.define("chat-members", Members);
