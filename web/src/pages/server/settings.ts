import { api, empty, Form, html, Page, t, table, type List } from "../../kit";

interface Setting {
  name: string;
  default?: string;
  value?: string;
  origin?: string;
}

/** Every setting, what it is and who says so. */
class ServerSettings extends Page {
  static override properties = { ...Page.properties, wanted: { state: true }, given: { state: true } };

  declare wanted: string;
  declare given: boolean;

  private settings: Setting[] = [];
  private form = new Form(this);

  constructor() {
    super();
    this.wanted = "";
    this.given = false;
  }

  override async load() {
    this.settings = (await api.get<List<Setting>>("/api/v1/server/settings")).items;
  }

  view() {
    if (this.settings.length === 0) return html`<p class="loading">${t("loading")}</p>`;
    const wanted = this.wanted.toLowerCase();
    const shown = this.settings.filter((s) => (!this.given || s.origin !== undefined) && s.name.toLowerCase().includes(wanted));
    return html`
      <p class="lead">${t("settings.lead")}</p>
      <form class="filters" novalidate @submit=${(event: Event) => event.preventDefault()}>
        ${this.form.field({ name: "wanted", label: t("settings.find"), value: this.wanted, input: (v) => (this.wanted = v) })}
        ${this.form.field({ name: "given", label: t("settings.given"), type: "checkbox", value: this.given, input: (v) => (this.given = v === "true") })}
      </form>
      ${shown.length === 0
        ? empty(t("settings.none"), t("settings.none.text"))
        : table(t("server.settings"), [
            { title: t("settings.name"), wide: true, cell: (s: Setting) => html`<code>${s.name}</code>` },
            { title: t("settings.value"), cell: (s) => s.value ?? s.default ?? "–" },
            { title: t("settings.from"), cell: (s) => (s.origin ? html`<strong>${s.origin}</strong>` : html`<span class="help">${t("settings.default")}</span>`) },
          ], shown)}
    `;
  }
}

customElements.define("server-settings", ServerSettings);
