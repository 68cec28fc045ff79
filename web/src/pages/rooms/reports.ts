import { empty, go, html, Names, nothing, Page, Paged, query, t, time } from "../../kit";
import { settle } from "./order";
import { base, chatAddress, type Report } from "./types";

/** What was reported: in one room, or wherever one keeps order. */
class RoomsReports extends Page {
  static override properties = { ...Page.properties, room: { attribute: false } };

  /** The room that is looked at; every one if there is none. */
  declare room: string | undefined;

  private reports = new Paged<Report>(this);
  private names = new Names(this);

  private get state(): string {
    return this.query.get("state") === "settled" ? "settled" : "open";
  }

  override async load() {
    await this.reports.start(query(this.room ? `/api/v1/rooms/${this.room}/reports` : "/api/v1/message-reports", { state: this.state, limit: 50 }), { quiet: this.room !== undefined });
    await this.names.learn(this.reports.items.map((one) => one.message?.sender));
  }

  private decide = async (report: Report) => {
    if (await settle(report)) {
      await this.reload();
      this.dispatchEvent(new CustomEvent("settled"));
    }
  };

  private show = (event: Event) => {
    const here = this.room ? `${base}/${this.room}` : base;
    go(query(here, { state: (event.target as HTMLSelectElement).value === "settled" ? "settled" : undefined }));
  };

  view() {
    const isOpen = this.state === "open";
    return html`
      <p class="filters"><label>${t("rooms.reports.which")} <select @change=${this.show}>
        ${["open", "settled"].map((one) => html`<option value=${one} ?selected=${one === this.state}>${t(`rooms.reports.${one}`)}</option>`)}</select></label></p>
      ${this.loading && !this.reports.items.length ? html`<p class="loading">${t("loading")}</p>`
      : this.reports.items.length === 0
        ? empty(t(isOpen ? "rooms.reports.none" : "rooms.settled.none"), t("rooms.reports.none.text"))
        : html`<ul class="squads">${this.reports.items.map((one) => this.showOne(one))}</ul>${this.reports.button()}`}`;
  }

  private showOne({ room, message, ...report }: Report) {
    const link = html`<a href="${base}/${room.id}">${room.name || t("rooms.unnamed")}</a>`;
    return html`<li class="card report">
      ${message && !message.deletedAt ? html`<blockquote class="quote">${message.text}</blockquote>` : html`<p><em>${t("rooms.gone")}</em></p>`}
      <small>${message ? html`${message.sender ? this.names.of(message.sender) : t("rooms.erased")} · ${time(message.at)}` : nothing}${this.room ? nothing : html`${message ? " · " : nothing}${link}`}</small>
      <dl class="facts"><dt>${t("rooms.reason")}</dt><dd class="said">${report.reason}</dd><dt>${t("rooms.reported")}</dt><dd>${time(report.at)}</dd>
        ${report.resolution ? html`<dt>${t("rooms.resolution")}</dt><dd class="said">${report.resolution}</dd><dt>${t("rooms.settledat")}</dt><dd>${time(report.resolvedAt)}</dd>` : nothing}</dl>
      ${report.resolution ? nothing : html`<p class="row"><button type="button" @click=${() => this.decide({ room, message, ...report })}>${t("rooms.settle.action")}</button> <a href=${chatAddress(room)}>${t("rooms.chat")}</a></p>`}
    </li>`;
  }
}

customElements.define("rooms-reports", RoomsReports);
