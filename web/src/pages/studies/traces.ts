import { empty, Form, go, html, nothing, Paged, query, t, table, time } from "../../kit";
import { StudyPart } from "./part";
import { cell, place, type Trace } from "./types";

const plain = ["name", "participant", "session"] as const;

/** A moment of the address in the form that the browser's field has, which is in one's own zone, and back. */
const toLocal = (value: string | null) => {
  if (!value || Number.isNaN(Date.parse(value))) return "";
  const date = new Date(value);
  return new Date(date.getTime() - date.getTimezoneOffset() * 60_000).toISOString().slice(0, 19);
};
const toUtc = (value: string | undefined) => (value ? new Date(value).toISOString() : "");

/** The traces themselves; the filter is the address, so that it can be shared. */
class StudyTraces extends StudyPart {
  private traces = new Paged<Trace>(this);
  private form = new Form(this);

  private get filters(): Record<string, string> {
    return Object.fromEntries([...this.query].filter(([name]) => ["name", "participant", "session", "from", "to"].includes(name) || name.startsWith("data.")));
  }

  // The newest first, unless the address says otherwise.
  private get order(): string {
    return this.query.get("order") === "oldest" ? "oldest" : "newest";
  }

  override async load() {
    await this.traces.start(query(`${this.address}/traces`, { ...this.filters, order: this.order, limit: 100 }));
  }

  private apply = (event: Event) =>
    this.form.submit(event, async (values) => {
      const { field, value, from, to, order, ...rest } = values;
      go(query(place(this.study.slug, "traces"), { ...rest, order: order === "oldest" ? order : "", from: toUtc(from), to: toUtc(to), ...(field && value ? { [`data.${field}`]: value } : {}) }));
    });

  view() {
    const fields = this.study.fields.filter((f) => f.type !== "json");
    const [dataFilter] = [...this.query].filter(([name]) => name.startsWith("data."));
    const shown = this.study.fields.slice(0, 6);
    const known = new Set(shown.map((f) => f.name));
    return html`
      <form class="filters" novalidate @submit=${this.apply}>
        ${this.form.problemBox()}
        ${plain.map((name) => this.form.field({ name, pointer: `?${name}`, label: t(`trace.${name}`), value: this.query.get(name) }))}
        ${this.form.field({ name: "from", pointer: "?from", label: t("trace.from"), type: "datetime-local", value: toLocal(this.query.get("from")) })}
        ${this.form.field({ name: "to", pointer: "?to", label: t("trace.to"), type: "datetime-local", value: toLocal(this.query.get("to")) })}
        ${fields.length
          ? html`${this.form.field({ name: "field", label: t("trace.field"), type: "select", value: dataFilter?.[0].slice(5) ?? "", options: [["", "–"], ...fields.map((f) => [f.name, f.name] as [string, string])] })}
              ${this.form.field({ name: "value", label: t("trace.value"), value: dataFilter?.[1] ?? "" })}`
          : nothing}
        ${this.form.field({ name: "order", pointer: "?order", label: t("traces.order"), type: "select", value: this.order, options: [["newest", t("order.newest")], ["oldest", t("order.oldest")]] })}
        <button type="submit" class="primary">${t("filter")}</button>
        ${Object.keys(this.filters).length ? html`<a class="button quiet" href=${place(this.study.slug, "traces")}>${t("filter.clear")}</a>` : nothing}
      </form>
      ${this.loading && !this.traces.items.length ? html`<p class="loading">${t("loading")}</p>`
      : this.traces.items.length === 0 && !this.traces.next
        ? empty(t("traces.none"), Object.keys(this.filters).length ? t("traces.none.filter") : t("traces.none.text"))
        : html`<p class="help">${t("traces.share")}</p>
          ${table(
            t("part.traces"),
            [
              { title: t("trace.time"), cell: (x) => time(x.timestamp) },
              { title: t("trace.name"), cell: (x) => x.name },
              { title: t("trace.participant"), cell: (x) => (x.participant ? html`<a href=${query(place(this.study.slug, "traces"), { participant: x.participant })}>${x.participant}</a>` : nothing) },
              { title: t("trace.session"), cell: (x) => (x.session && x.participant ? html`<a href=${query(place(this.study.slug, "sessions"), { participant: x.participant, session: x.session })}>${x.session}</a>` : (x.session ?? nothing)) },
              ...shown.map((f) => ({ title: f.name, end: f.type === "integer" || f.type === "number", cell: (x: Trace) => cell(x.data[f.name]) })),
              { title: t("trace.rest"), cell: (x) => {
                const rest = Object.entries(x.data).filter(([name]) => !known.has(name));
                return rest.length ? html`<code class="rest">${JSON.stringify(Object.fromEntries(rest))}</code>` : nothing;
              } },
            ],
            this.traces.items,
          )}${this.traces.button()}`}
    `;
  }
}

customElements.define("study-traces", StudyTraces);
