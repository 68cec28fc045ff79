import { empty, Form, go, html, nothing, Page, Paged, query, t, table, time } from "../../kit";

interface Line {
  number: number;
  at: string;
  level: "information" | "warning" | "error" | "critical";
  category: string;
  message: string;
  exception?: string;
}

const levels: Line["level"][] = ["information", "warning", "error", "critical"];

/** The last hour of the log; the filter is the address. */
class ServerLog extends Page {
  private lines = new Paged<Line>(this);
  private form = new Form(this);

  override async load() {
    await this.lines.start(query("/api/v1/server/log", { level: this.query.get("level"), text: this.query.get("text"), limit: 100 }));
  }

  private filter = (event: Event) => this.form.submit(event, async (values) => go(query("/console/server/log", values)));

  view() {
    return html`
      <p class="lead">${t("log.lead")}</p>
      <form class="filters" novalidate @submit=${this.filter}>
        ${this.form.field({ name: "level", pointer: "?level", label: t("log.level"), type: "select", value: this.query.get("level") ?? "", options: [["", t("all")], ...levels.map((l) => [l, t(`level.${l}`)] as [string, string])] })}
        ${this.form.field({ name: "text", pointer: "?text", label: t("log.text"), value: this.query.get("text") })}
        <button type="submit">${t("filter")}</button>
        <button type="button" class="quiet" @click=${() => this.reload()}>${t("reload")}</button>
      </form>
      ${this.loading && !this.lines.items.length ? html`<p class="loading">${t("loading")}</p>`
      : this.lines.items.length === 0
        ? empty(t("log.none"), t("log.none.text"))
        : html`${table(t("server.log"), [
            { title: t("trace.time"), cell: (l: Line) => time(l.at) },
            { title: t("log.level"), cell: (l) => html`<span class="tag ${l.level === "error" || l.level === "critical" ? "bad" : ""}">${t(`level.${l.level}`)}</span>` },
            { title: t("log.message"), wide: true, cell: (l) => html`${l.message}<small>${l.category}</small>${l.exception ? html`<details><summary>${t("log.exception")}</summary><div class="code"><pre tabindex="0">${l.exception}</pre></div></details>` : nothing}` },
          ], this.lines.items)}${this.lines.button()}`}
    `;
  }
}

customElements.define("server-log", ServerLog);
