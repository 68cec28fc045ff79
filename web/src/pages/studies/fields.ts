import { Form, html, nothing, t } from "../../kit";
import type { FieldDefinition } from "./types";

interface Draft {
  /** As the server has it; absent for a new one. */
  kept?: FieldDefinition;
  name: string;
  type: FieldDefinition["type"];
  required: boolean;
  values: string;
  maxLength: string;
  unit: string;
  description: string;
  export: string;
}

const types: FieldDefinition["type"][] = ["string", "integer", "number", "boolean", "timestamp", "json"];

// A value with a comma in it, or a bracket at its beginning, is told by writing all of them as JSON.
const write = (values: unknown[]) => (values.some((v) => /^\s*\[|,|^\s|\s$/.test(String(v))) ? JSON.stringify(values) : values.join(", "));

function read(draft: Draft): unknown[] {
  if (draft.values.trim().startsWith("[")) {
    try {
      return JSON.parse(draft.values);
    } catch {
      // No JSON: what it says, then.
    }
  }

  const texts = draft.values.split(",").map((v) => v.trim()).filter((v) => v !== "");
  return draft.type === "string" ? texts : texts.map((v) => (Number.isNaN(Number(v)) ? v : Number(v)));
}

/** The rows in which a study's fields are written: all of a new one, or those there are, loosened and explained, and more. */
export class FieldsEditor {
  private drafts: Draft[];

  constructor(
    private readonly host: HTMLElement & { requestUpdate(): void; updateComplete: Promise<unknown> },
    private readonly form: Form,
    fields: FieldDefinition[] = [],
  ) {
    this.drafts = fields.map((kept) => ({
      kept,
      name: kept.name,
      type: kept.type,
      required: kept.required ?? false,
      values: write(kept.values ?? []),
      maxLength: String(kept.maxLength ?? ""),
      unit: kept.unit ?? "",
      description: kept.description ?? "",
      export: kept.export ?? "keep",
    }));
  }

  add = async () => {
    this.drafts.push({ name: "", type: "string", required: false, values: "", maxLength: "", unit: "", description: "", export: "keep" });
    this.host.requestUpdate();
    await this.host.updateComplete;
    this.host.querySelector<HTMLInputElement>(`[name="field-${this.drafts.length - 1}"]`)?.focus();
  };

  definitions(): FieldDefinition[] {
    return this.drafts.map((draft) => {
      const definition: FieldDefinition = { name: draft.name, type: draft.type };
      const isCount = draft.type === "integer" || draft.type === "number";
      const values = draft.type === "string" || isCount ? read(draft) : [];
      if (draft.required) definition.required = true;
      if (draft.type === "string" && draft.maxLength) definition.maxLength = Number(draft.maxLength);
      if (values.length > 0) definition.values = values;
      if (draft.description) definition.description = draft.description;
      if (isCount && draft.unit) definition.unit = draft.unit;
      if (draft.export !== "keep") definition.export = draft.export as FieldDefinition["export"];
      return definition;
    });
  }

  view() {
    return html`<fieldset>
      <legend>${t("study.fields")}</legend>
      <p class="help">${this.drafts.some((d) => d.kept) ? t("study.fields.change") : t("study.fields.help")}</p>
      ${this.drafts.map((draft, i) => this.row(draft, i))}
      <button type="button" @click=${this.add}>${t("study.fields.add")}</button>
    </fieldset>`;
  }

  private row(draft: Draft, i: number) {
    const set = (name: keyof Draft) => (value: string) => {
      (draft as unknown as Record<string, unknown>)[name] = name === "required" ? value === "true" : value;
      this.host.requestUpdate();
    };
    const { kept } = draft;
    const isCount = draft.type === "integer" || draft.type === "number";
    // What is stored has its type; whole numbers are numbers, too.
    const possible = !kept ? types : kept.type === "integer" ? (["integer", "number"] as const) : [kept.type];
    const place = `/fields/${i}`;
    return html`<div class="field-row" role="group" aria-label=${kept ? kept.name : t("study.field.n", { number: i + 1 })}>
      ${kept
        ? html`<p class="field name"><code>${kept.name}</code></p>`
        : this.form.field({ name: `field-${i}`, pointer: `${place}/name`, label: t("study.field.name"), value: draft.name, required: true, input: set("name") })}
      ${this.form.field({ name: `type-${i}`, pointer: `${place}/type`, label: t("study.field.type"), type: "select", value: draft.type, options: possible.map((x) => [x, t(`type.${x}`)]), input: set("type") })}
      ${draft.type === "string" || isCount ? this.form.field({ name: `values-${i}`, pointer: `${place}/values`, label: t("study.field.values"), value: draft.values, placeholder: t("study.field.values.example"), input: set("values") }) : nothing}
      ${draft.type === "string" ? this.form.field({ name: `length-${i}`, pointer: `${place}/maxLength`, label: t("study.field.length"), type: "number", value: draft.maxLength, input: set("maxLength") }) : nothing}
      ${isCount ? this.form.field({ name: `unit-${i}`, pointer: `${place}/unit`, label: t("study.field.unit"), value: draft.unit, placeholder: t("study.field.unit.example"), input: set("unit") }) : nothing}
      ${this.form.field({ name: `description-${i}`, pointer: `${place}/description`, label: t("study.field.description"), value: draft.description, input: set("description") })}
      ${this.form.field({ name: `export-${i}`, pointer: `${place}/export`, label: t("study.field.export"), type: "select", value: draft.export, options: [["keep", t("export.keep")], ...(draft.type === "string" ? [["mask", t("export.mask")] as [string, string]] : []), ["leave-out", t("export.leave-out")]], input: set("export") })}
      ${this.form.field({ name: `required-${i}`, pointer: `${place}/required`, label: t("study.field.required"), type: "checkbox", value: draft.required, input: set("required") })}
      ${kept ? nothing : html`<button type="button" class="quiet remove" @click=${() => { this.drafts.splice(i, 1); this.form.clear(); this.host.requestUpdate(); }}>${t("remove")}</button>`}
    </div>`;
  }
}
