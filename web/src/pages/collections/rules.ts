import { api, Form, html, nothing, Page, table } from "../../kit";
import { parsed } from "./records";
import { c } from "./texts";
import { addressOf, type Collection, type Verdicts } from "./types";

/** The rules of a collection, and what they would let somebody do. */
class RulesTried extends Page {
  static override properties = { ...Page.properties, of: { attribute: false }, verdicts: { state: true } };

  declare of: Collection;
  declare verdicts: Verdicts | undefined;

  private form = new Form(this);

  private try = (event: Event) =>
    this.form.submit(event, async ({ person, record, wanted }) => {
      this.verdicts = undefined;
      this.verdicts = await api.post<Verdicts>(`/api/v1/collections/${addressOf(this.of)}/rules/try`, {
        ...(person ? { person } : {}),
        ...(record ? { record } : {}),
        ...(wanted ? { new: parsed(wanted, "/new") } : {}),
      });
    });

  view() {
    const rules = Object.entries({ read: undefined, create: undefined, update: undefined, delete: undefined, ...this.of.rules });
    return html`
      ${table(c("rules"), [
        { title: c("deed"), cell: ([deed]: [string, string | undefined]) => deed },
        { title: c("rules"), wide: true, cell: ([, rule]) => (rule ? html`<code>${rule}</code>` : html`<span class="tag">${c("nobody")}</span>`) },
      ], rules)}
      <form class="card" novalidate @submit=${this.try}>
        <h2>${c("try")}</h2><p class="help">${c("try.text")}</p>
        ${this.form.problemBox()}
        <div class="inline">
          ${this.form.field({ name: "person", label: c("person"), help: c("person.help") })}
          ${this.form.field({ name: "record", label: c("record") })}
        </div>
        ${this.form.field({ name: "wanted", pointer: "/new", label: c("wanted"), type: "textarea", rows: 4 })}
        <div class="actions"><button type="submit" class="primary" ?disabled=${this.form.busy}>${c("try")}</button></div>
      </form>
      ${this.verdicts ? this.show(this.verdicts) : nothing}`;
  }

  private show(verdicts: Verdicts) {
    return html`<section class="card" aria-live="polite">
      <h2>${c("verdicts")}</h2>
      ${verdicts.manages ? html`<p>${c("manages")}</p>` : nothing}
      ${table(c("verdicts"), [
        { title: c("deed"), cell: (one: Verdicts["deeds"][number]) => one.deed },
        { title: c("allowed"), cell: (one) => html`<span class=${one.allowed ? "tag" : "tag bad"}>${c(one.allowed ? "yes" : "no")}</span>` },
        { title: c("why"), wide: true, cell: (one) => one.why },
      ], verdicts.deeds)}
      <p>${c("sees")}: ${verdicts.sees.join(", ") || "–"}</p>
      <p>${c("sets")}: ${verdicts.sets.join(", ") || "–"}</p>
    </section>`;
  }
}

customElements.define("collection-rules", RulesTried);
