import { api, definePage, empty, Form, go, html, nothing, Page, Paged, query, table, toast } from "../kit";
import "./collections/records";
import "./collections/rules";
import "./collections/schema";
import { c } from "./collections/texts";
import { addressOf, base, type Collection } from "./collections/types";

const templates = ["books", "items", "todo"];

/** Collections: what is declared, their records, their schema as a diff, and their rules tried on a person. */
class Collections extends Page {
  private declared = new Paged<Collection>(this);
  private declare = new Form(this);
  private one: Collection | undefined;

  override async load() {
    const [address] = this.path;
    if (address === undefined) {
      this.one = undefined;
      await this.declared.start(query("/api/v1/collections", { limit: 100 }));
    } else {
      this.one = await api.get<Collection>(`/api/v1/collections/${encodeURIComponent(address)}`);
    }
  }

  view() {
    return this.path[0] === undefined ? this.list() : this.one ? this.show(this.one, this.path[1] ?? "records") : nothing;
  }

  private make = (event: Event) =>
    this.declare.submit(event, async ({ template, name, space }) => {
      const made = await api.post<Collection>("/api/v1/collections", { template, ...(name ? { name } : {}), ...(space ? { space } : {}) }, { idempotent: true });
      toast(c("declared", { name: addressOf(made) }));
      go(`${base}/${addressOf(made)}`);
    });

  private list() {
    return html`<h1>${c("title")}</h1>
      ${this.declared.items.length === 0
        ? empty(c("none"), c("none.text"))
        : html`${table(c("title"), [
              { title: c("name"), wide: true, cell: (one: Collection) => html`<a href="${base}/${addressOf(one)}">${one.name}</a>` },
              { title: c("space"), cell: (one) => one.space },
              { title: c("description"), cell: (one) => one.description ?? nothing },
              { title: c("fields"), end: true, cell: (one) => one.fields.length },
            ], this.declared.items)}${this.declared.button()}`}
      ${this.can("collections.declare")
        ? html`<form class="card" novalidate @submit=${this.make}>
            <h2>${c("declare")}</h2><p class="help">${c("declare.text")}</p>
            ${this.declare.problemBox()}
            <div class="inline">
              ${this.declare.field({ name: "template", label: c("template"), type: "select", value: "books", options: templates.map((name) => [name, name]) })}
              ${this.declare.field({ name: "name", label: c("name"), help: c("name.help") })}
              ${this.declare.field({ name: "space", label: c("space"), help: c("space.help") })}
            </div>
            <div class="actions"><button type="submit" class="primary" ?disabled=${this.declare.busy}>${c("declare")}</button></div>
          </form>`
        : nothing}`;
  }

  private show(one: Collection, part: string) {
    const here = `${base}/${addressOf(one)}`;
    const { path, query, me } = this;
    const parts = one.rules ? (["records", "schema", "rules"] as const) : (["records"] as const);
    return html`<h1>${addressOf(one)}</h1>
      ${one.description ? html`<p class="help">${one.description}</p>` : nothing}
      <nav class="tabs" aria-label=${c("parts")}>
        ${parts.map((name) => html`<a href=${name === "records" ? here : `${here}/${name}`} aria-current=${name === part ? "page" : nothing}>${c(name)}</a>`)}
      </nav>
      ${part === "schema"
        ? html`<collection-schema .of=${one} .path=${path} .query=${query} .me=${me} @applied=${() => this.reload()}></collection-schema>`
      : part === "rules"
        ? html`<collection-rules .of=${one} .path=${path} .query=${query} .me=${me}></collection-rules>`
        : html`<collection-records .of=${one} .path=${path} .query=${query} .me=${me}></collection-records>`}`;
  }
}

definePage("collections", Collections);
