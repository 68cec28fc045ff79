import { api, code, Form, go, html, nothing, Page, t } from "../../kit";
import { place, sample, type FieldDefinition } from "./types";

type Draft = { name: string; type: FieldDefinition["type"]; required: boolean; values: string; description: string; export: string };

const types: FieldDefinition["type"][] = ["string", "integer", "number", "boolean", "timestamp", "json"];

/** The form that makes a study, with what its traces will look like beside it. */
export class StudyCreate extends Page {
  private form = new Form(this);
  private fields: Draft[] = [];
  private slug = "";
  private slugIsOwn = false;

  private add = async () => {
    this.fields.push({ name: "", type: "string", required: false, values: "", description: "", export: "keep" });
    this.requestUpdate();
    await this.updateComplete;
    this.querySelector<HTMLInputElement>(`[name="field-${this.fields.length - 1}"]`)?.focus();
  };

  private titled(title: string) {
    if (this.slugIsOwn) return;
    this.slug = title.normalize("NFD").toLowerCase().replace(/[^a-z0-9]+/g, "-").replace(/^-+|-+$/g, "").slice(0, 63);
    this.requestUpdate();
  }

  private definitions(): FieldDefinition[] {
    return this.fields.map((draft) => {
      const definition: FieldDefinition = { name: draft.name, type: draft.type };
      if (draft.required) definition.required = true;
      if (draft.description) definition.description = draft.description;
      if (draft.export !== "keep") definition.export = draft.export as FieldDefinition["export"];
      const values = draft.values.split(",").map((v) => v.trim()).filter((v) => v !== "");
      if (values.length > 0) {
        definition.values = draft.type === "integer" || draft.type === "number" ? values.map((v) => (Number.isNaN(Number(v)) ? v : Number(v))) : values;
      }

      return definition;
    });
  }

  private create = (event: Event) =>
    this.form.submit(event, async (values) => {
      const made = await api.post(
        "/api/v1/studies",
        {
          slug: values.slug,
          title: values.title,
          fields: this.definitions(),
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
          <fieldset>
            <legend>${t("study.fields")}</legend>
            <p class="help">${t("study.fields.help")}</p>
            ${this.fields.map((draft, i) => this.row(draft, i))}
            <button type="button" @click=${this.add}>${t("study.fields.add")}</button>
          </fieldset>
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
          ${code(JSON.stringify(sample(this.definitions()), null, 2), t("study.preview.trace"))}
        </aside>
      </form>
    `;
  }

  private row(draft: Draft, i: number) {
    const set = (name: keyof Draft) => (value: string) => {
      (draft as Record<string, unknown>)[name] = name === "required" ? value === "true" : value;
      this.requestUpdate();
    };
    const hasValues = draft.type === "string" || draft.type === "integer" || draft.type === "number";
    return html`<div class="field-row" role="group" aria-label=${t("study.field.n", { number: i + 1 })}>
      ${this.form.field({ name: `field-${i}`, pointer: `/fields/${i}/name`, label: t("study.field.name"), value: draft.name, required: true, input: set("name") })}
      ${this.form.field({ name: `type-${i}`, pointer: `/fields/${i}/type`, label: t("study.field.type"), type: "select", value: draft.type, options: types.map((x) => [x, t(`type.${x}`)]), input: set("type") })}
      ${hasValues ? this.form.field({ name: `values-${i}`, pointer: `/fields/${i}/values`, label: t("study.field.values"), value: draft.values, placeholder: t("study.field.values.example"), input: set("values") }) : nothing}
      ${this.form.field({ name: `description-${i}`, pointer: `/fields/${i}/description`, label: t("study.field.description"), value: draft.description, input: set("description") })}
      ${this.form.field({ name: `export-${i}`, pointer: `/fields/${i}/export`, label: t("study.field.export"), type: "select", value: draft.export, options: [["keep", t("export.keep")], ...(draft.type === "string" ? [["mask", t("export.mask")] as [string, string]] : []), ["leave-out", t("export.leave-out")]], input: set("export") })}
      ${this.form.field({ name: `required-${i}`, pointer: `/fields/${i}/required`, label: t("study.field.required"), type: "checkbox", value: draft.required, input: set("required") })}
      <button type="button" class="quiet remove" @click=${() => { this.fields.splice(i, 1); this.form.clear(); this.requestUpdate(); }}>${t("remove")}</button>
    </div>`;
  }
}

customElements.define("study-create", StudyCreate);
