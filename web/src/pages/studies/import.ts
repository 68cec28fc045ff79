import { api, Form, html, nothing, number, Problem, query, send, t, table, toast, zone, type List } from "../../kit";
import { cells, delimiterOf, parts, records, written } from "./csv";
import { StudyPart } from "./part";
import { place } from "./types";

interface Report {
  columns: { column: string; target: string }[];
  unread: string[];
  missing: string[];
  rows: number;
  added: number;
  known: number;
  first: string[];
  reasons: { reason: string; count: number; value?: string }[];
}

interface Table {
  name: string;
  head: string;
  columns: string[];
  rows: string[];
  delimiter: string;
}

const looked = 500;
const partLength = 400_000;
const ofTraces = ["timestamp", "name", "participant", "session", "sequence", "id"];

/** A file dropped here: how its columns would be read, corrected, and read. */
class StudyImport extends StudyPart {
  static override properties = { ...StudyPart.properties, file: { state: true }, report: { state: true }, done: { state: true }, isOver: { state: true }, strangers: { state: true } };

  declare file: Table | undefined;
  declare report: Report | undefined;
  /** How much of the file is read; undefined before. */
  declare done: { characters: number; total: number; added: number; known: number; ended: boolean } | undefined;
  declare isOver: boolean;
  /** Names in the file that are no participant. */
  declare strangers: string[];

  private form = new Form(this);
  private map = new Map<string, string>();
  private constants = new Map<string, string>();
  private options = { decimalComma: false, timeFormat: "", timeZone: zone() ?? "UTC" };
  private people = new Map<string, number>();
  private known = new Set<string>();
  private refused = new Map<string, { count: number; value?: string }>();

  private take = async (picked: File | undefined) => {
    if (!picked) return;
    this.form.clear();
    [this.done, this.report, this.strangers] = [undefined, undefined, []];
    [this.map, this.constants, this.people, this.refused] = [new Map(), new Map(), new Map(), new Map()];
    const text = (await picked.text()).replace(/^\uFEFF/, "");
    const [head = "", ...rows] = records(text);
    const delimiter = delimiterOf(head);
    this.file = { name: picked.name, head: /\n$/.test(head) ? head : `${head}\n`, columns: cells(head, delimiter), rows, delimiter };
    const participants: List<{ number?: number; pseudonym: string }> = await api.get(query(`${this.address}/participants`, { limit: 1000 }), { quiet: true });
    this.known = new Set(participants.items.flatMap((p) => [p.pseudonym, ...(p.number === undefined ? [] : [String(p.number)])]));
    // What the server would do by itself is what can be corrected.
    for (const { column, target } of (await this.look())?.columns ?? []) this.map.set(column, target);
    this.findStrangers();
  };

  private parameters(more: Record<string, string | number | boolean>) {
    const quoted = (column: string) => `"${column.replaceAll('"', '""')}"`;
    const chosen = [...this.map].filter(([, target]) => target);
    const [constant] = [...this.constants].filter(([target, value]) => value && !chosen.some(([, to]) => to === target));
    return query(`${this.address}/traces/import`, {
      map: chosen.map(([column, target]) => `${target}=${quoted(column)}`).join(","),
      drop: [...this.map].filter(([, target]) => !target).map(([column]) => quoted(column)).join(","),
      constants: constant ? `${constant[0]}=${constant[1]}` : "",
      delimiter: this.file!.delimiter,
      decimalComma: this.options.decimalComma || "",
      timeFormat: this.options.timeFormat,
      timeZone: this.options.timeZone,
      ...more,
    });
  }

  private async ask(rows: string, more: Record<string, string | number | boolean>): Promise<Report> {
    const reply = await send("POST", this.parameters(more), this.file!.head + rows, { type: "text/csv", secret: true });
    return reply.json();
  }

  private look = async (): Promise<Report | undefined> => {
    if (!this.file) return undefined;
    this.form.clear();
    try {
      this.report = await this.ask(this.file.rows.slice(0, looked).map(this.rename).join(""), { dryRun: true });
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      this.form.take(error);
    }

    this.requestUpdate();
    return this.report;
  };

  private get who(): number {
    const column = [...this.map].find(([, target]) => target === "participant")?.[0];
    return column === undefined ? -1 : this.file!.columns.indexOf(column);
  }

  private findStrangers() {
    const at = this.who;
    const names = at < 0 ? [] : this.file!.rows.map((row) => cells(row, this.file!.delimiter)[at] ?? "");
    this.strangers = [...new Set(names)].filter((name) => name && !this.known.has(name) && !this.people.has(name));
  }

  // Who has been made for a name stands in its place.
  private rename = (row: string): string => {
    const at = this.who;
    if (at < 0 || this.people.size === 0) return row;
    const { delimiter } = this.file!;
    const all = cells(row, delimiter);
    const made = this.people.get(all[at] ?? "");
    if (made === undefined) return row;
    all[at] = String(made);
    return `${all.map((cell) => written(cell, delimiter)).join(delimiter)}\n`;
  };

  private makePeople = async () => {
    const lines = ["name,number,pseudonym,username,password"];
    const names = [...this.strangers];
    while (names.length) {
      const some = names.splice(0, 1000);
      const { items } = await api.post<{ items: { number: number; pseudonym: string; username: string; password: string }[] }>(`${this.address}/participants`, { count: some.length }, { idempotent: true });
      items.forEach((one, i) => {
        this.people.set(some[i]!, one.number);
        lines.push([some[i]!, String(one.number), one.pseudonym, one.username, one.password].map((cell) => written(cell, ",")).join(","));
      });
    }

    this.save(`${this.study.slug}_people.csv`, `${lines.join("\r\n")}\r\n`);
    this.findStrangers();
    await this.look();
  };

  private save(name: string, text: string) {
    const link = document.createElement("a");
    link.href = URL.createObjectURL(new Blob([text], { type: "text/csv" }));
    link.download = name;
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
  }

  private run = async (event: Event) => {
    await this.form.submit(event, async () => {
      const file = this.file!;
      const total = file.rows.reduce((sum, row) => sum + row.length, 0);
      let part = 0;
      let characters = 0;
      this.refused = new Map();
      this.done = { characters, total, added: 0, known: 0, ended: false };
      for (const rows of parts(file.rows, partLength)) {
        const report = await this.ask(records(rows).map(this.rename).join(""), { part: part++ });
        characters += rows.length;
        for (const { reason, count, value } of report.reasons) {
          const before = this.refused.get(reason);
          this.refused.set(reason, { count: (before?.count ?? 0) + count, value: before?.value ?? value });
        }

        this.done = { characters, total, added: this.done.added + report.added, known: this.done.known + report.known, ended: false };
      }

      this.done = { ...this.done, ended: true };
      toast(t("import.done", { n: this.done.added }));
    });
  };

  view() {
    return html`
      <p class="lead">${t("import.lead")}</p>
      <label class=${this.isOver ? "drop over" : "drop"}
        @dragover=${(event: DragEvent) => { event.preventDefault(); this.isOver = true; }}
        @dragleave=${() => (this.isOver = false)}
        @drop=${(event: DragEvent) => { event.preventDefault(); this.isOver = false; void this.take(event.dataTransfer?.files[0]); }}>
        <strong>${this.file ? this.file.name : t("import.drop")}</strong>
        <span>${this.file ? t("import.rows", { n: this.file.rows.length }) : t("import.drop.text")}</span>
        <input type="file" class="unseen" accept=".csv,.tsv,.tab,.txt,text/csv" @change=${(event: Event) => this.take((event.target as HTMLInputElement).files?.[0])} />
      </label>
      ${this.file ? this.showReading(this.file) : nothing}
    `;
  }

  private showReading(file: Table) {
    const { report, done } = this;
    const missing = report?.missing ?? [];
    const sample = file.rows.slice(0, 3).map((row) => cells(row, file.delimiter));
    const busy = this.form.busy;
    return html`<form class="stack" novalidate @submit=${this.run}>
      ${this.form.problemBox()}
      <section>
        <h2>${t("import.columns")}</h2>
        ${table(t("import.columns"), [
          { title: t("codebook.column"), cell: (i: number) => html`<code>${file.columns[i]}</code>` },
          { title: t("import.sample"), wide: true, cell: (i) => sample.map((row) => row[i]).filter(Boolean).join(" · ") },
          { title: t("import.target"), cell: (i) => this.choice(file.columns[i]!, i) },
        ], file.columns.map((_, i) => i))}
      </section>
      <section class="card">
        <div class="inline">
          ${this.form.field({ name: "timeZone", pointer: "?timeZone", label: t("import.zone"), value: this.options.timeZone, input: (v) => (this.options.timeZone = v) })}
          ${this.form.field({ name: "timeFormat", pointer: "?timeFormat", label: t("import.format"), value: this.options.timeFormat, placeholder: "dd.MM.yyyy HH:mm:ss", help: t("import.format.help"), input: (v) => (this.options.timeFormat = v) })}
          ${missing.includes("name") || this.constants.has("name") ? this.form.field({ name: "constantName", pointer: "?constants", label: t("import.constant"), value: this.constants.get("name"), input: (v) => this.constants.set("name", v) }) : nothing}
        </div>
        ${this.form.field({ name: "decimalComma", label: t("import.comma"), type: "checkbox", value: this.options.decimalComma, input: (v) => { this.options.decimalComma = v === "true"; } })}
        <div class="actions"><button type="button" @click=${this.look}>${t("import.look")}</button></div>
      </section>
      ${this.strangers.length ? html`<div class="note">
        <p>${t("import.strangers", { n: this.strangers.length })} ${this.strangers.slice(0, 5).join(", ")}${this.strangers.length > 5 ? " …" : ""}</p>
        ${this.has("manage") && this.can("studies.create") ? html`<p class="help">${t("import.strangers.text")}</p><button type="button" @click=${this.makePeople}>${t("import.strangers.make")}</button>` : nothing}
      </div>` : nothing}
      ${missing.length ? html`<p class="problem" role="status">${t("import.missing", { targets: missing.map((m) => t(`target.${m}`)).join(", ") })}</p>` : report ? this.showReport(report) : nothing}
      ${done ? html`<section class="card" role="status">
        <h2>${done.ended ? t("import.done", { n: done.added }) : t("import.running")}</h2>
        <progress class="track" max=${done.total || 1} value=${done.characters} aria-label=${t("import.running")}></progress>
        <p class="help">${t("import.counts", { added: done.added, known: done.known })}</p>
        ${this.reasons([...this.refused].map(([reason, { count, value }]) => ({ reason, count, value })))}
        ${done.ended ? html`<div class="actions"><a class="button primary" href=${place(this.study.slug, "traces")}>${t("part.traces")}</a></div>` : nothing}
      </section>` : nothing}
      ${done?.ended ? nothing : html`<div class="actions"><button type="submit" class="primary" ?disabled=${busy || missing.length > 0 || !report}>${done ? t("import.goon") : t("import.action", { n: file.rows.length })}</button></div>`}
    </form>`;
  }

  private choice(column: string, i: number) {
    const own = `data.${column}`;
    const fields = this.study.fields.map((f) => `data.${f.name}`);
    const all = [...ofTraces, ...fields, ...(this.study.unknownFields === "keep" && !fields.includes(own) ? [own] : [])];
    return this.form.field({
      name: `target-${i}`,
      label: t("import.target.of", { column }),
      bare: true,
      type: "select",
      value: this.map.get(column) ?? "",
      options: [["", t("import.unread")], ...all.map((x) => [x, x.startsWith("data.") ? x.slice(5) : t(`target.${x}`)] as [string, string])],
      input: (target) => {
        // A target has one column.
        for (const [other, to] of this.map) if (target && to === target) this.map.set(other, "");
        this.map.set(column, target);
        this.findStrangers();
        void this.look();
      },
    });
  }

  private showReport(report: Report) {
    return html`<section>
      <h2>${t("import.preview")}</h2>
      <p class="help">${t("import.preview.text", { rows: report.rows, added: report.added })}</p>
      ${report.first.length ? html`<div class="code"><pre class="nowrap" tabindex="0">${report.first.slice(0, 3).join("\n")}</pre></div>` : nothing}
      ${this.reasons(report.reasons)}
    </section>`;
  }

  private reasons(all: Report["reasons"]) {
    if (all.length === 0) return nothing;
    return table(t("import.reasons"), [
      { title: t("import.reason"), wide: true, cell: (r: Report["reasons"][0]) => r.reason },
      { title: t("import.value"), cell: (r) => r.value ?? nothing },
      { title: t("import.count"), end: true, cell: (r) => number(r.count) },
    ], all);
  }
}

customElements.define("study-import", StudyImport);
