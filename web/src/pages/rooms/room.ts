import { api, ask, html, Names, nothing, number, go, Page, Paged, t, table, time, toast } from "../../kit";
import { keepInOrder } from "./order";
import { base, chatAddress, type Deed, type Member, type Room } from "./types";

/** One room: who is in it and who is not any more, what was reported, what was done. */
class RoomsRoom extends Page {
  static override properties = { ...Page.properties, room: { state: true } };

  declare room: Room | undefined;

  private members = new Paged<Member>(this);
  private bans = new Paged<Member>(this);
  private deeds = new Paged<Deed>(this);
  private names = new Names(this);

  override async load() {
    const at = `/api/v1/rooms/${encodeURIComponent(this.path[0]!)}`;
    this.room = await api.get<Room>(at);
    await Promise.all([
      this.members.start(`${at}/members?limit=100`, { quiet: true }),
      this.bans.start(`${at}/bans?limit=100`, { quiet: true }),
      this.deeds.start(`${at}/moderation?limit=50`, { quiet: true }),
    ]);
    await this.names.learn(this.deeds.items.flatMap((one) => [one.actor, one.account]));
  }

  private act = async (member: Member) => {
    const name = member.username ?? member.account;
    if (await keepInOrder(this.room!.id, member, name, this.room!.rights.includes("own"))) await this.reload();
  };

  private lift = async (member: Member) => {
    await api.delete(`/api/v1/rooms/${this.room!.id}/bans/${member.account}`);
    toast(t("rooms.done"));
    await this.reload();
  };

  private deleteRoom = async () => {
    const room = this.room!;
    const done = await ask({ title: t("rooms.delete"), body: t("rooms.delete.text", { room: room.name, n: room.lastSeq }), action: t("rooms.delete"), danger: true, run: () => api.delete(`/api/v1/rooms/${room.id}`) });
    if (done) go(`${base}/list`);
  };

  view() {
    const room = this.room;
    if (!room) return html`<p class="loading">${t("loading")}</p>`;
    const who = (one: Member) => html`${one.username ?? one.account.slice(0, 8)}${one.displayName ? html`<small>${one.displayName}</small>` : nothing}`;
    return html`
      <p><a href="${base}/list">${t("rooms.list")}</a></p>
      <h1>${room.name || t("rooms.unnamed")}</h1>
      <p class="row wrap"><span class="tag">${t(`rooms.${room.visibility}`)}</span> <span>${t("rooms.messages")}: ${number(room.lastSeq)}</span>
        ${room.slowSeconds ? html`<span>${t("rooms.slow", { n: room.slowSeconds })}</span>` : nothing}
        <a href=${chatAddress(room)}>${t("rooms.chat")}</a>
        ${room.rights.includes("own") && room.kind === "room" ? html`<button type="button" class="quiet bad" @click=${this.deleteRoom}>${t("rooms.delete")}</button>` : nothing}</p>
      <section><h2>${t("rooms.reports")}</h2>
        <rooms-reports .path=${this.path} .query=${this.query} .me=${this.me} .room=${room.id} @settled=${() => this.reload()}></rooms-reports></section>
      <section><h2>${t("rooms.members")}</h2>
        ${this.members.items.length === 0 ? html`<p>${t("rooms.members.none")}</p>` : html`${table(
          t("rooms.members"),
          [
            { title: t("login.username"), wide: true, cell: who },
            { title: t("me.role"), cell: (one: Member) => html`<span class="tag">${t(`rooms.role.${one.role}`)}</span>${one.mutedUntil && Date.parse(one.mutedUntil) > Date.now() ? html` <span class="tag bad">${t("rooms.muted")}</span> <small>${time(one.mutedUntil)}</small>` : nothing}` },
            { title: t("rooms.since"), cell: (one) => time(one.joinedAt, "day") },
            { title: t("participant.actions"), cell: (one) => one.account === this.me.id ? nothing : html`<button type="button" class="quiet" aria-label=${t("people.actions", { who: one.username ?? one.account })} @click=${() => this.act(one)}>${t("people.change")}</button>` },
          ],
          this.members.items,
        )}${this.members.button()}`}</section>
      ${this.bans.items.length ? html`<section><h2>${t("rooms.bans")}</h2>${table(t("rooms.bans"), [
        { title: t("login.username"), wide: true, cell: who },
        { title: t("participant.actions"), cell: (one: Member) => html`<button type="button" class="quiet" @click=${() => this.lift(one)}>${t("rooms.lift")}</button>` },
      ], this.bans.items)}${this.bans.button()}</section>` : nothing}
      <section><h2>${t("rooms.trail")}</h2>
        ${this.deeds.items.length === 0 ? html`<p>${t("rooms.trail.none")}</p>` : html`${table(
          t("rooms.trail"),
          [
            { title: t("trace.time"), cell: (one: Deed) => time(one.at) },
            { title: t("audit.action"), cell: (one) => t(`rooms.act.${one.action}`) },
            { title: t("audit.actor"), cell: (one) => (one.actor ? this.names.of(one.actor) : t("rooms.erased")) },
            { title: t("rooms.about"), cell: (one) => (one.account ? this.names.of(one.account) : one.seq !== undefined ? t("rooms.message.n", { n: one.seq }) : nothing) },
            { title: t("rooms.reason"), wide: true, cell: (one) => one.reason ?? nothing },
          ],
          this.deeds.items,
        )}${this.deeds.button()}`}</section>`;
  }
}

customElements.define("rooms-room", RoomsRoom);
