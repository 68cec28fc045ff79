import { api, ask, Form, html, nothing, Page, toast } from "../../kit";
import { parsed } from "./records";
import { c, word } from "./texts";
import { addressOf, type Changed, type Collection } from "./types";

/** The declaration of a collection: changed as a text, and compared before it is applied. */
class Schema extends Page {
  static override properties = { ...Page.properties, of: { attribute: false }, changed: { state: true } };

  declare of: Collection;
  declare changed: Changed | undefined;

  private form = new Form(this);
  private wanted: unknown;

  private get address(): string {
    return `/api/v1/collections/${addressOf(this.of)}`;
  }

  private text(): string {
    const { description, history, path, form, rules, fields } = this.of;
    return JSON.stringify({ description, history, path, form, rules, fields }, null, 2);
  }

  private compare = (event: Event) =>
    this.form.submit(event, async ({ declaration }) => {
      this.changed = undefined;
      // A merge patch leaves what it does not name; what is left out here is to go.
      this.wanted = { description: null, history: null, path: null, form: null, rules: null, ...(parsed(declaration!, "/declaration") as object) };
      this.changed = await api.patch<Changed>(`${this.address}?dryRun=true`, this.wanted);
    });

  private apply = async (changed: Changed) => {
    const run = () => api.patch(`${this.address}?confirm=${changed.lost > 0}`, this.wanted);
    if (changed.lost === 0) await run();
    else if (!(await ask({ title: c("apply"), body: c("apply.sure", { n: changed.lost }), action: c("apply"), danger: true, run }))) return;
    this.changed = undefined;
    toast(c("applied"));
    this.dispatchEvent(new CustomEvent("applied", { bubbles: true }));
  };

  view() {
    return html`
      <form class="card" novalidate @submit=${this.compare}>
        ${this.form.problemBox()}
        ${this.form.field({ name: "declaration", label: c("declaration"), type: "textarea", rows: 24, help: c("declaration.help"), value: this.text() })}
        <div class="actions"><button type="submit" class="primary" ?disabled=${this.form.busy}>${c("compare")}</button></div>
      </form>
      ${this.changed ? this.showChanged(this.changed) : nothing}`;
  }

  private showChanged(changed: Changed) {
    const sign = (kind: string) => (kind.endsWith("added") ? "+" : kind.endsWith("removed") ? "−" : "~");
    return html`<section class="card" aria-live="polite">
      <h2>${c("differences")}</h2>
      ${changed.differences.length === 0
        ? html`<p>${c("differences.none")}</p>`
        : html`<ul class="differences">
              ${changed.differences.map((one) => html`<li><code>${sign(one.kind)}</code> ${one.field ? html`<strong>${one.field}</strong> ` : nothing}${word(one.kind)}${one.detail ? html` <small>${one.detail}</small>` : nothing}</li>`)}
              ${changed.unconverted.map((one) => html`<li><code>!</code> <strong>${one.field}</strong> <small>${one.record}: ${one.detail}</small></li>`)}
            </ul>
            ${changed.records > 0 ? html`<p>${c("rewritten", { n: changed.records })}</p>` : nothing}
            ${changed.lost > 0 ? html`<p class="problem">${c("lost", { n: changed.lost })}</p>` : nothing}
            <div class="actions"><button type="button" class=${changed.lost > 0 ? "danger" : "primary"} @click=${() => this.apply(changed)}>${c("apply")}</button></div>`}
    </section>`;
  }
}

customElements.define("collection-schema", Schema);
