import { empty, html, number, Page, Paged, query, t, table, time } from "../../kit";
import { place, type Study } from "./types";

/** The studies that one may know of. */
export class StudyList extends Page {
  private studies = new Paged<Study>(this);

  override async load() {
    await this.studies.start(query("/api/v1/studies", { limit: 100 }));
  }

  view() {
    const create = this.can("studies.create")
      ? html`<a class="button primary" href="/console/studies?do=create">${t("studies.create")}</a>`
      : html``;
    return html`
      <div class="head"><h1>${t("studies.title")}</h1>${this.studies.items.length ? create : html``}</div>
      ${this.loading && !this.studies.items.length ? html`<p class="loading">${t("loading")}</p>`
      : this.studies.items.length === 0
        ? empty(t("studies.none"), this.can("studies.create") ? t("studies.none.create") : t("studies.none.ask"), create)
        : html`${table(
            t("studies.title"),
            [
              { title: t("study.name"), wide: true, cell: (s) => html`<a href=${place(s.slug)}>${s.title}</a><small>${s.slug}</small>` },
              { title: t("study.fields"), end: true, cell: (s) => number(s.fields.length) },
              { title: t("study.rights"), cell: (s) => s.rights.map((r) => html`<span class="tag">${t(`right.${r}`)}</span> `) },
              { title: t("study.created"), cell: (s) => time(s.createdAt, "day") },
            ],
            this.studies.items,
          )}${this.studies.button()}`}
    `;
  }
}

customElements.define("study-list", StudyList);
