import { code, Form, html, nothing, query, renew, send, t, zone } from "../../kit";
import { StudyPart } from "./part";

const previewLines = 6;

/** A study's traces as a file, with its first lines, and the lines that read it. */
class StudyExport extends StudyPart {
  static override properties = { ...StudyPart.properties, preview: { state: true }, values: { state: true } };

  declare preview: string | undefined;
  declare values: Record<string, string>;

  private form = new Form(this);
  private asked: AbortController | undefined;

  constructor() {
    super();
    this.values = { for: "analysis", format: "csv" };
  }

  private get parameters() {
    const { format, name, identities, corrected } = this.values;
    const isSheet = this.values.for === "sheet";
    return {
      format: format === "ndjson" ? "ndjson" : undefined,
      name,
      identities: identities === "true" ? true : undefined,
      corrected: corrected === "true" ? true : undefined,
      ...(format === "ndjson" ? {} : isSheet ? { bom: true } : { formulas: "keep", timeZone: zone() }),
    };
  }

  private get target() {
    return query(`${this.address}/traces/export`, this.parameters);
  }

  override async load() {
    this.asked?.abort();
    const asked = (this.asked = new AbortController());
    this.preview = undefined;
    const reply = await send("GET", this.target, undefined, { signal: asked.signal, headers: { Accept: "*/*" } });
    const reader = reply.body!.pipeThrough(new TextDecoderStream() as unknown as ReadableWritablePair<string, Uint8Array>).getReader();
    let text = "";
    for (;;) {
      const { done, value } = await reader.read();
      text += value ?? "";
      if (done || text.split("\n").length > previewLines) break;
    }

    // The rest is not wanted now.
    asked.abort();
    if (this.asked === asked) this.preview = text.split(/\r?\n/).slice(0, previewLines).join("\n");
  }

  private set = (name: string) => (value: string) => {
    this.values = { ...this.values, [name]: value };
    void this.reload();
  };

  // A link is followed by the browser itself, which knows no renewing.
  private download = async (event: Event) => {
    event.preventDefault();
    await renew();
    const link = document.createElement("a");
    link.href = this.target;
    link.download = "";
    link.click();
  };

  view() {
    const isCsv = this.values.format !== "ndjson";
    const file = `${this.study.slug}_traces.${isCsv ? "csv" : "ndjson"}`;
    return html`<div class="two">
      <form class="card" novalidate @submit=${this.download}>
        <h2>${t("part.export")}</h2>
        ${this.form.field({ name: "format", label: t("export.format"), type: "select", value: this.values.format, options: [["csv", "CSV"], ["ndjson", "NDJSON"]], input: this.set("format") })}
        ${isCsv ? this.form.field({ name: "for", label: t("export.for"), type: "select", value: this.values.for, options: [["analysis", t("export.for.analysis")], ["sheet", t("export.for.sheet")]], input: this.set("for") }) : nothing}
        ${this.form.field({ name: "name", label: t("trace.name"), help: t("export.name.help"), value: this.values.name, input: this.set("name") })}
        ${this.form.field({ name: "corrected", label: t("export.corrected"), type: "checkbox", value: this.values.corrected === "true", help: t("export.corrected.help"), input: this.set("corrected") })}
        ${this.has("identities") ? this.form.field({ name: "identities", label: t("export.identities"), type: "checkbox", value: this.values.identities === "true", help: t("export.identities.help"), input: this.set("identities") }) : nothing}
        <div class="actions"><button type="submit" class="primary">${t("export.action")}</button></div>
      </form>
      <div class="stack">
        <section><h2>${t("export.preview")}</h2><div class="code"><pre class="nowrap" tabindex="0">${this.preview ?? t("loading")}</pre></div></section>
        ${isCsv
          ? html`${code(`traces <- read.csv("${file}", na.strings = "", fileEncoding = "UTF-8")`, "R")}
            ${code(`import pandas as pd\ntraces = pd.read_csv("${file}", keep_default_na=False, na_values=[""])`, "pandas")}`
          : html`${code(`traces <- jsonlite::stream_in(file("${file}"))`, "R")}
            ${code(`import pandas as pd\ntraces = pd.read_json("${file}", lines=True)`, "pandas")}`}
      </div>
    </div>`;
  }
}

customElements.define("study-export", StudyExport);
