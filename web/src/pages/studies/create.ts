import { api, code, Form, go, html, Page, t } from "../../kit";
import { FieldsEditor } from "./fields";
import { place, sample } from "./types";

/** The form that makes a study, with what its traces will look like beside it. */
export class StudyCreate extends Page {
  private form = new Form(this);
  private fields = new FieldsEditor(this, this.form);
  private slug = "";
  private slugIsOwn = false;

  private titled(title: string) {
    if (this.slugIsOwn) return;
    this.slug = title.normalize("NFD").toLowerCase().replace(/[^a-z0-9]+/g, "-").replace(/^-+|-+$/g, "").slice(0, 63);
    this.requestUpdate();
  }

  private create = (event: Event) =>
    this.form.submit(event, async (values) => {
      const made = await api.post(
        "/api/v1/studies",
        {
          slug: values.slug,
          title: values.title,
          fields: this.fields.definitions(),
          unknownFields: values.unknownFields,
          ...(values.retentionDays ? { retentionDays: Number(values.retentionDays) } : {}),
        },
        { idempotent: true },
      );
      go(place(made.slug));
    });

  view() {
    return html`
      <p class="crumbs"><a href="/console/studies">${t("studies.title")}</a></p>
      <h1>${t("studies.create")}</h1>
      <form class="two" novalidate @submit=${this.create}>
        <div class="card">
          ${this.form.problemBox()}
          ${this.form.field({ name: "title", label: t("study.title"), required: true, placeholder: t("study.title.example"), input: (v) => this.titled(v) })}
          ${this.form.field({ name: "slug", label: t("study.slug"), help: t("study.slug.help"), required: true, value: this.slug, input: (v) => { this.slug = v; this.slugIsOwn = v !== ""; this.requestUpdate(); } })}
          ${this.fields.view()}
          ${this.form.field({ name: "unknownFields", label: t("study.unknown"), type: "select", value: "keep", options: [["keep", t("study.unknown.keep")], ["refuse", t("study.unknown.refuse")]] })}
          ${this.form.field({ name: "retentionDays", label: t("study.retention"), type: "number", help: t("study.retention.help") })}
          <div class="actions">
            <a class="button quiet" href="/console/studies">${t("cancel")}</a>
            <button type="submit" class="primary" ?disabled=${this.form.busy}>${t("studies.create.action")}</button>
          </div>
        </div>
        <aside>
          <h2>${t("study.preview")}</h2>
          <p class="help">${t("study.preview.help")}</p>
          ${code(JSON.stringify(sample(this.fields.definitions()), null, 2), t("study.preview.trace"))}
        </aside>
      </form>
    `;
  }
}

customElements.define("study-create", StudyCreate);
