import { api, html, nothing, number, renew, t, table } from "../../kit";
import { StudyPart } from "./part";
import { cell, place } from "./types";

interface Column {
  column: string;
  field?: string;
  type: string;
  description?: string;
  unit?: string;
  masked: boolean;
  present: number;
  missing: number;
  minimum?: unknown;
  maximum?: unknown;
  shortest?: number;
  longest?: number;
  values?: { value: unknown; count: number }[];
}

interface Codebook {
  traces: number;
  columns: Column[];
}

const most = 6;

/** What is in the columns of the export: what it means, and what was seen. */
class StudyCodebook extends StudyPart {
  private codebook: Codebook | undefined;

  override async load() {
    this.codebook = await api.get<Codebook>(`${this.address}/codebook`);
  }

  private download = async () => {
    await renew();
    const link = document.createElement("a");
    link.href = `${this.address}/codebook?format=csv`;
    link.download = "";
    link.click();
  };

  view() {
    if (!this.codebook) return html`<p class="loading">${t("loading")}</p>`;
    const { columns, traces } = this.codebook;
    return html`
      <div class="head">
        <p class="lead">${t("codebook.lead", { n: traces })}</p>
        <span class="row">
          ${this.has("manage") && this.can("studies.create") ? html`<a class="button" href=${place(this.study.slug, "settings")}>${t("codebook.edit")}</a>` : nothing}
          <button type="button" class="primary" @click=${this.download}>${t("codebook.download")}</button>
        </span>
      </div>
      ${table(t("part.codebook"), [
        { title: t("codebook.column"), cell: (c: Column) => html`<code>${c.column}</code>${c.masked ? html` <span class="tag">${t("export.mask")}</span>` : nothing}` },
        { title: t("study.field.type"), cell: (c) => (c.type === "uuid" ? "UUID" : t(`type.${c.type}`)) },
        { title: t("study.field.description"), cell: (c) => html`${c.description ?? html`<span class="help">${t("codebook.unsaid")}</span>`}${c.unit ? html`<small>${t("study.field.unit")}: ${c.unit}</small>` : nothing}` },
        { title: t("codebook.present"), end: true, cell: (c) => number(c.present) },
        { title: t("codebook.missing"), end: true, cell: (c) => number(c.missing) },
        { title: t("codebook.seen"), cell: (c) => this.seen(c) },
      ], columns)}
    `;
  }

  private seen(column: Column) {
    if (column.values?.length) {
      return html`${column.values.slice(0, most).map((v) => html`<span class="tag">${cell(v.value)} · ${number(v.count)}</span> `)}${column.values.length > most ? "…" : nothing}`;
    }

    if (column.minimum !== undefined) return html`${cell(column.minimum)} – ${cell(column.maximum)}`;
    return column.longest === undefined ? nothing : t("codebook.lengths", { from: column.shortest ?? 0, to: column.longest });
  }
}

customElements.define("study-codebook", StudyCodebook);
