import { api, empty, Form, go, html, nothing, Page, Paged, t, table, time } from "../../kit";
import { base, nameOf, sessionAddress, type Person, type Squad } from "./types";

interface Look {
  id: string;
  at: string;
  by?: Person;
  what: string;
  squad?: string;
  workout?: string;
}

/** The squads one is in, how one comes into others, and who looked. */
class RowingSquads extends Page {
  private squads = new Paged<Squad>(this);
  private looks = new Paged<Look>(this);
  private joining = new Form(this);
  private making = new Form(this);

  override async load() {
    await Promise.all([this.squads.start("/api/v1/squads"), this.looks.start("/api/v1/rower/looks?limit=20", { quiet: true })]);
  }

  private join = (event: Event) =>
    this.joining.submit(event, async (values) => go(`${base}/squads/${(await api.post<Squad>("/api/v1/squads/join", values)).id}/me`));

  private make = (event: Event) =>
    this.making.submit(event, async (values) => go(`${base}/squads/${(await api.post<Squad>("/api/v1/squads", values, { idempotent: true })).id}/people`));

  view() {
    const names = new Map(this.squads.items.map((one) => [one.id, one.name]));
    return html`
      <h1>${t("rowing.squads")}</h1>
      ${this.squads.items.length === 0
        ? empty(t("rowing.squads.none"), t("rowing.squads.none.text"))
        : html`<ul class="squads">${this.squads.items.map((one) => html`<li class="card"><h2><a href="${base}/squads/${one.id}">${one.name}</a></h2>
            <p><span class="tag">${t(`rowing.role.${one.role}`)}</span></p></li>`)}</ul>${this.squads.button()}`}
      <div class="grid">
        <form class="card" novalidate @submit=${this.join}><h2>${t("rowing.join")}</h2><p class="help">${t("rowing.join.text")}</p>${this.joining.problemBox()}
          ${this.joining.field({ name: "code", label: t("rowing.code"), required: true })}
          <div class="actions"><button class="primary" ?disabled=${this.joining.busy}>${t("rowing.join.action")}</button></div></form>
        <form class="card" novalidate @submit=${this.make}><h2>${t("rowing.make")}</h2><p class="help">${t("rowing.make.text")}</p>${this.making.problemBox()}
          ${this.making.field({ name: "name", label: t("rowing.squad.name"), required: true })}
          <div class="actions"><button class="primary" ?disabled=${this.making.busy}>${t("rowing.make.action")}</button></div></form>
      </div>
      <section class="card"><h2>${t("rowing.looks")}</h2><p class="help">${t("rowing.looks.text")}</p>
        ${this.looks.items.length === 0 ? html`<p>${t("rowing.looks.none")}</p>` : html`${table(t("rowing.looks"), [
          { title: t("rowing.when"), cell: (one) => time(one.at) },
          { title: t("rowing.who"), cell: (one) => nameOf(one.by) },
          { title: t("rowing.what"), cell: (one) => one.workout ? html`<a href=${sessionAddress(one.workout)}>${t(`rowing.looked.${one.what}`)}</a>` : t(`rowing.looked.${one.what}`) },
          { title: t("rowing.squad"), cell: (one) => (one.squad && names.get(one.squad)) ?? nothing },
        ], this.looks.items)}${this.looks.button()}`}
      </section>`;
  }
}

customElements.define("rowing-squads", RowingSquads);
