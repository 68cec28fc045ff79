import { empty, html, nothing, number, Page, Paged, t, table, time } from "../../kit";
import { base, type Room } from "./types";

/** The rooms where one keeps order. */
class RoomsList extends Page {
  private rooms = new Paged<Room>(this);

  override async load() {
    await this.rooms.start("/api/v1/rooms?moderated=true&limit=100");
  }

  view() {
    if (this.loading && !this.rooms.items.length) return html`<p class="loading">${t("loading")}</p>`;
    if (this.rooms.items.length === 0) return empty(t("rooms.none"), t("rooms.none.text"));
    return html`${table(
      t("rooms.list"),
      [
        { title: t("rooms.room"), wide: true, cell: (one: Room) => html`<a href="${base}/${one.id}">${one.name || t("rooms.unnamed")}</a>${one.slug ? html`<small>${one.slug}</small>` : nothing}` },
        { title: t("rooms.who"), cell: (one) => html`<span class="tag">${t(`rooms.${one.visibility}`)}</span>` },
        { title: t("rooms.messages"), end: true, cell: (one) => number(one.lastSeq) },
        { title: t("rooms.kept"), cell: (one) => (one.retentionDays ? t("unit.days", { count: one.retentionDays }) : t("rooms.kept.always")) },
        { title: t("study.created"), cell: (one) => time(one.createdAt, "day") },
      ],
      this.rooms.items,
    )}${this.rooms.button()}`;
  }
}

customElements.define("rooms-list", RoomsList);
