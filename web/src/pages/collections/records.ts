import { api, Form, go, html, nothing, openDialog, Page, Paged, Problem, query, table, tagged, time, toast, empty } from "../../kit";
import { c } from "./texts";
import { addressOf, base, type Collection, type Stored } from "./types";

const columns = 5;

/** What is not JSON is told where it was typed, as what the server refuses. */
export function parsed(text: string, pointer: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new Problem(0, "", [{ pointer, detail: c("notjson", { why: (error as Error).message }) }]);
  }
}

/** The records of a collection. */
class Records extends Page {
  static override properties = { ...Page.properties, of: { attribute: false } };

  declare of: Collection;

  private search = new Form(this);
  private records = new Paged<Stored>(this);

  private get address(): string {
    return `/api/v1/collections/${addressOf(this.of)}/records`;
  }

  override async load() {
    const asked = { filter: this.query.get("filter"), q: this.query.get("q"), sort: "-updated", limit: 50 };
    this.search.clear();
    try {
      await this.records.start(query(this.address, asked));
    } catch (error) {
      // A filter that is none is told at its field.
      if (!(error instanceof Problem) || error.status !== 400) throw error;
      this.records.items = [];
      this.search.take(error);
    }
  }

  view() {
    const shown = this.of.fields.slice(0, columns);
    const cell = (value: unknown) => (value === null || value === undefined ? nothing : typeof value === "object" ? JSON.stringify(value) : String(value));
    return html`
      <form class="filters" novalidate @submit=${(event: Event) => this.search.submit(event, async (values) => go(query(`${base}/${addressOf(this.of)}`, values)))}>
        ${this.search.field({ name: "filter", pointer: "?filter", label: c("filter"), value: this.query.get("filter"), placeholder: "price < 10" })}
        ${this.of.fields.some((field) => field.search) ? this.search.field({ name: "q", pointer: "?q", label: c("words"), value: this.query.get("q") }) : nothing}
        <button type="submit">${c("show")}</button>
      </form>
      ${this.search.problemBox()}
      <div class="actions">
        <button type="button" class="primary" @click=${() => this.edit()}>${c("new")}</button>
        <a class="button" href=${query(`${this.address}/export`, { format: "csv", filter: this.query.get("filter"), q: this.query.get("q") })} download>${c("export")}</a>
      </div>
      ${this.records.items.length === 0
        ? empty(c("records.none"), c("records.none.text"))
        : html`${table(
            c("records"),
            [
              ...shown.map((field, i) => ({ title: field.name, wide: i === 0, cell: (record: Stored) => cell(record[field.name]) })),
              { title: c("updated"), cell: (record: Stored) => time(record.updated, "minute") },
              { title: c("open"), cell: (record: Stored) => html`<button type="button" class="quiet" @click=${() => this.edit(record.id)}>${c("open")}</button>` },
            ],
            this.records.items,
          )}${this.records.button()}`}`;
  }

  private async edit(id?: string) {
    const [record, tag] = id ? await tagged<Stored>(`${this.address}/${id}`, { quiet: true }) : [undefined, ""];
    const before = Object.fromEntries(this.of.fields.map(({ name }) => [name, record?.[name] ?? null]));
    await openDialog<void>(record ? c("edit") : c("new"), (close, redraw) => {
      const form = (this.editing ??= new Form({ requestUpdate: redraw, updateComplete: Promise.resolve(true) }));
      const done = async (said: string, undo?: () => Promise<unknown>) => {
        close();
        toast(said, undo);
        await this.reload();
      };
      const save = (event: Event) =>
        form.submit(event, async ({ values }) => {
          const wanted = parsed(values!, "/values");
          if (!record) await api.post(this.address, wanted, { idempotent: true });
          // Nobody's change in between is written over: then it is 412.
          else await api.put(`${this.address}/${id}`, wanted, { headers: { "If-Match": tag } });
          await done(c("saved"));
        });
      const remove = async () => {
        try {
          await api.delete(`${this.address}/${id}`);
        } catch (error) {
          if (!(error instanceof Problem)) throw error;
          form.take(error);
          redraw();
          return;
        }

        await done(c("removed"), async () => {
          await api.post(`${this.address}/${id}/restore`);
          await this.reload();
        });
      };
      return html`<form novalidate @submit=${save}>
        <div class="dialog-body">${form.problemBox()}${form.field({ name: "values", label: c("values"), type: "textarea", rows: 14, value: JSON.stringify(before, null, 2) })}</div>
        <div class="actions">
          ${record ? html`<button type="button" class="danger" @click=${remove}>${c("remove")}</button>` : nothing}
          <button type="button" class="quiet" @click=${() => close()}>${c("cancel")}</button>
          <button type="submit" class="primary" ?disabled=${form.busy}>${c("save")}</button>
        </div>
      </form>`;
    });
    this.editing = undefined;
  }

  private editing: Form | undefined;
}

customElements.define("collection-records", Records);
