import { api, ask, empty, html, nothing, number, Paged, Problem, query, send, t, time, toast, type FieldError } from "../../kit";
import { StudyPart } from "./part";
import { place } from "./types";
import { find } from "./json";

interface ReasonCount {
  reason: string;
  count: number;
  errors: FieldError[];
  lastReceivedAt: string;
}

interface Rejected {
  id: string;
  text?: string;
  masked: boolean;
  length: number;
  errors: FieldError[];
  participant?: number;
  times: number;
  receivedAt: string;
}

/** What was sent and not taken: by reason, and one by one with an editor. */
class StudyQuarantine extends StudyPart {
  static override properties = { ...StudyPart.properties, editing: { state: true }, text: { state: true }, errors: { state: true }, said: { state: true } };

  declare editing: Rejected | undefined;
  declare text: string;
  declare errors: FieldError[];
  declare said: string;

  private reasons: ReasonCount[] = [];
  private traces = new Paged<Rejected>(this);

  override async load() {
    this.editing = undefined;
    const reason = this.query.get("reason");
    const [reasons] = await Promise.all([
      api.get(query(`${this.address}/quarantine/reasons`, { limit: 100 }), { quiet: reason !== null }),
      reason === null ? undefined : this.traces.start(query(`${this.address}/quarantine`, { reason, limit: 50 })),
    ]);
    this.reasons = reasons.items;
  }

  private putBack = async (reason?: string) => {
    const at = (dryRun: boolean) => query(`${this.address}/quarantine/put-back`, { reason, dryRun });
    const would = await api.post(at(true), undefined, { quiet: true });
    if (would.putBack + would.duplicates === 0) {
      await ask({ title: t("quarantine.putback"), body: t("quarantine.putback.none", { n: would.kept }), action: t("ok"), run: async () => {} });
      return;
    }

    let report = would;
    const done = await ask({
      title: t("quarantine.putback"),
      body: t("quarantine.putback.text", { putBack: would.putBack, kept: would.kept }),
      action: t("quarantine.putback.action"),
      run: async () => (report = await api.post(at(false))),
    });
    if (done) {
      toast(t("quarantine.putback.done", { n: report.putBack }));
      await this.reload();
    }
  };

  private dismiss = async (reason?: string) => {
    const at = (dryRun: boolean) => query(`${this.address}/quarantine/dismiss`, { reason, dryRun });
    const { dismissed } = await api.post(at(true), undefined, { quiet: true });
    const done = await ask({
      title: t("quarantine.dismiss"),
      body: t("quarantine.dismiss.text", { n: dismissed }),
      action: t("quarantine.dismiss.action"),
      danger: true,
      run: () => api.post(at(false)),
    });
    if (done) await this.reload();
  };

  private edit = async (trace: Rejected) => {
    // What shows tokens would be stored with them.
    const whole = trace.masked && this.has("identities")
      ? await api.get<Rejected>(`${this.address}/quarantine/${trace.id}?identities=true`, { quiet: true })
      : trace;
    this.editing = whole;
    this.errors = whole.errors;
    this.said = "";
    this.text = this.pretty(whole.text ?? "");
    await this.updateComplete;
    this.show(whole.errors[0]);
  };

  private whyNot(trace: Rejected): string | undefined {
    if (trace.masked) return t("quarantine.masked");
    return trace.text === undefined || new TextEncoder().encode(trace.text).length < trace.length ? t("quarantine.cut") : undefined;
  }

  private pretty(text: string): string {
    try {
      return JSON.stringify(JSON.parse(text), null, 2);
    } catch {
      return text;
    }
  }

  /** Marks in the editor what an error is about. */
  private show(error: FieldError | undefined) {
    const area = this.querySelector<HTMLTextAreaElement>("textarea");
    if (!area) return;
    area.focus();
    const range = error ? find(this.text, error.pointer) : undefined;
    if (range) {
      area.setSelectionRange(range[0], range[1]);
      const before = this.text.slice(0, range[0]).split("\n").length;
      area.scrollTop = Math.max(0, (before - 4) * 20);
    }
  }

  private mend = async () => {
    const { editing } = this;
    if (!editing) return;
    try {
      // As it was written: what is wrong in it is the server's to say.
      await send("PUT", `${this.address}/quarantine/${editing.id}`, this.text);
      toast(t("quarantine.mended"));
      await this.reload();
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      this.errors = error.errors;
      this.said = error.detail;
      await this.updateComplete;
      this.show(error.errors[0]);
    }
  };

  view() {
    const reason = this.query.get("reason");
    if (this.loading && !this.reasons.length) return html`<p class="loading">${t("loading")}</p>`;
    if (this.reasons.length === 0) return empty(t("quarantine.none"), t("quarantine.none.text"));
    return html`
      <div class="head">
        <p class="lead">${t("quarantine.lead")}</p>
        <button type="button" @click=${() => this.putBack()}>${t("quarantine.putback.all")}</button>
      </div>
      <ul class="reasons">
        ${this.reasons.map((r) => html`<li class=${r.reason === reason ? "card current" : "card"}>
          <div class="grow">
            <a href=${query(place(this.study.slug, "quarantine"), { reason: r.reason })} aria-current=${r.reason === reason ? "true" : nothing}>
              ${r.errors.map((e) => html`<span class="fault"><code>${e.pointer || "/"}</code> ${e.detail}</span>`)}
            </a>
            <p class="help">${t("quarantine.count", { n: r.count })} · ${time(r.lastReceivedAt)}</p>
          </div>
          <span class="row">
            <button type="button" class="quiet" @click=${() => this.putBack(r.reason)}>${t("quarantine.putback")}</button>
            <button type="button" class="quiet bad" @click=${() => this.dismiss(r.reason)}>${t("quarantine.dismiss")}</button>
          </span>
        </li>`)}
      </ul>
      ${reason ? this.list() : nothing}
    `;
  }

  private list() {
    return html`<div class="two">
      <section>
        <h2>${t("quarantine.traces")}</h2>
        <ul class="rejected">
          ${this.traces.items.map((trace) => html`<li>
            <button type="button" aria-pressed=${this.editing?.id === trace.id ? "true" : "false"} @click=${() => this.edit(trace)}>
              <span>${time(trace.receivedAt)}${trace.times > 1 ? html` · ${t("quarantine.times", { n: trace.times })}` : nothing}${trace.participant === undefined ? nothing : html` · ${t("participant.number")} ${number(trace.participant)}`}</span>
              <code>${(trace.text ?? t("quarantine.nottext")).slice(0, 160)}</code>
            </button>
          </li>`)}
        </ul>
        ${this.traces.button()}
      </section>
      <section>
        ${this.editing
          ? html`<h2>${t("quarantine.editor")}</h2>
            ${this.said ? html`<p class="problem" role="alert">${this.said}</p>` : nothing}
            <ul class="faults" id="faults">
              ${this.errors.map((e) => html`<li><button type="button" class="quiet bad" @click=${() => this.show(e)}><code>${e.pointer || "/"}</code> ${e.detail}</button></li>`)}
            </ul>
            <label class="unseen" for="mend">${t("quarantine.editor")}</label>
            <textarea id="mend" class="editor" spellcheck="false" rows="16" aria-describedby="faults" .value=${this.text}
              @input=${(event: Event) => (this.text = (event.target as HTMLTextAreaElement).value)}></textarea>
            ${this.whyNot(this.editing)
              ? html`<p class="note">${this.whyNot(this.editing)}</p>`
              : html`<div class="actions"><button type="button" class="primary" @click=${this.mend}>${t("quarantine.mend")}</button></div>`}`
          : html`<p class="help">${t("quarantine.choose")}</p>`}
      </section>
    </div>`;
  }
}

customElements.define("study-quarantine", StudyQuarantine);
