import { api, ask, empty, Form, html, nothing, number, openDialog, Paged, query, renew, t, table, time, toast, type List } from "../../kit";
import { StudyPart } from "./part";
import { place } from "./types";

interface Participant {
  number?: number;
  pseudonym: string;
  username?: string;
  createdAt?: string;
}

interface Consent {
  state: "missing" | "given" | "outdated" | "withdrawn";
  version?: number;
  at?: string;
}

interface Provisioned {
  number: number;
  username: string;
  password: string;
  pseudonym: string;
}

/** Who takes part: credentials to hand out, how far everybody is, and what one may ask for. */
class StudyParticipants extends StudyPart {
  static override properties = { ...StudyPart.properties, cards: { state: true } };

  declare cards: Provisioned[];

  private participants = new Paged<Participant>(this);
  private progress = new Map<string, { traces: number; sessions: number; last: string }>();
  private consents = new Map<string, Consent>();
  private form = new Form(this);

  constructor() {
    super();
    this.cards = [];
  }

  override async load() {
    await Promise.all([
      this.participants.start(query(`${this.address}/participants`, { limit: 100 })),
      this.has("read") ? this.loadProgress() : undefined,
      this.study.consent && this.has("manage") && this.can("studies.create") ? this.loadConsents() : undefined,
    ]);
  }

  private async loadProgress() {
    const { byParticipant } = await api.get(`${this.address}/summary`, { quiet: true });
    this.progress = new Map(byParticipant.map((p: { participant: string; traces: number; sessions: number; last: string }) => [p.participant, p]));
  }

  private async loadConsents() {
    let next: string | null = query(`${this.address}/consents`, { limit: 1000 });
    while (next) {
      const page: List<Consent & { pseudonym: string }> = await api.get(next, { quiet: true });
      for (const one of page.items) this.consents.set(one.pseudonym, one);
      next = page.next;
    }
  }

  private signed = async (participant: Participant) => {
    const { version } = this.study.consent!;
    const done = await ask({
      title: t("consent.paper"),
      body: t("consent.paper.text", { who: participant.pseudonym, version }),
      action: t("consent.paper"),
      run: () => api.put(`${this.address}/participants/${participant.pseudonym}/consent`, { version }),
    });
    if (done) await this.reload();
  };

  private provision = (event: Event) => {
    const form = event.target as HTMLFormElement;
    return this.form.submit(event, async (values) => {
      const { items } = await api.post<{ items: Provisioned[] }>(`${this.address}/participants`, { count: Number(values.count) }, { idempotent: true });
      this.cards = items;
      form.reset();
      await this.reload();
      this.querySelector<HTMLElement>(".cards")?.focus();
    });
  };

  private erase = async (participant: Participant) => {
    const choices: [string, string][] = [["anonymise", t("erase.anonymise")], ["destroy", t("erase.destroy")]];
    const at = (then: string, dryRun: boolean) => query(`${this.address}/participants/${participant.pseudonym}`, { then, dryRun });
    // What it is about, before anybody decides.
    const counts = await api.delete<{ traces: number; quarantined: number }>(at("anonymise", true), { quiet: true });
    const then = await openDialog<string>(t("erase.title", { who: participant.pseudonym }), (close) => html`
      <div class="dialog-body"><p>${t("erase.counts", { traces: counts.traces, quarantined: counts.quarantined })}</p></div>
      <div class="choices">${choices.map(([value, label]) => html`<button type="button" @click=${() => close(value)}><strong>${label}</strong><span>${t(`erase.${value}.text`)}</span></button>`)}</div>
      <div class="actions"><button type="button" class="quiet" @click=${() => close()}>${t("cancel")}</button></div>
    `);
    if (!then) return;
    const done = await ask({
      title: t(`erase.${then}`),
      body: t("erase.sure", { who: participant.pseudonym, traces: counts.traces, quarantined: counts.quarantined }),
      action: t("erase.action"),
      danger: true,
      run: () => api.delete(at(then, false)),
    });
    if (done) {
      toast(t("erase.done"));
      await this.reload();
    }
  };

  private download = async (participant: Participant) => {
    await renew();
    const link = document.createElement("a");
    link.href = query(`${this.address}/traces/export`, { participant: participant.pseudonym });
    link.download = "";
    link.click();
  };

  view() {
    const canManage = this.has("manage") && this.can("studies.create");
    return html`
      ${canManage
        ? html`<form class="filters card" novalidate @submit=${this.provision}>
            ${this.form.problemBox()}
            ${this.form.field({ name: "count", label: t("participants.count"), type: "number", value: 10, required: true, help: t("participants.count.help") })}
            <button type="submit" class="primary" ?disabled=${this.form.busy}>${t("participants.provision")}</button>
          </form>`
        : nothing}
      ${this.cards.length
        ? html`<section class="cards" tabindex="-1" aria-label=${t("cards.title")}>
            <div class="head"><h2>${t("cards.title")}</h2><button type="button" class="primary" @click=${() => print()}>${t("cards.print")}</button></div>
            <p class="note">${t("cards.once")}</p>
            <div class="sheet">${this.cards.map((card) => html`<article>
              <p class="for">${this.study.title} · ${number(card.number)}</p>
              <dl><dt>${t("login.username")}</dt><dd>${card.username}</dd><dt>${t("login.password")}</dt><dd>${card.password}</dd></dl>
            </article>`)}</div>
          </section>`
        : nothing}
      ${this.loading && !this.participants.items.length ? html`<p class="loading">${t("loading")}</p>`
      : this.participants.items.length === 0
        ? empty(t("participants.none"), canManage ? t("participants.none.text") : t("participants.none.ask"))
        : html`${table(
            t("part.participants"),
            [
              ...(this.participants.items[0]!.number === undefined ? [] : [{ title: t("participant.number"), end: true, cell: (p: Participant) => number(p.number!) }]),
              { title: t("participant.pseudonym"), cell: (p) => html`<a href=${query(place(this.study.slug, "traces"), { participant: p.pseudonym })}>${p.pseudonym}</a>` },
              ...(this.has("identities") ? [{ title: t("login.username"), cell: (p: Participant) => p.username ?? nothing }] : []),
              { title: t("summary.traces"), end: true, cell: (p) => number(this.progress.get(p.pseudonym)?.traces ?? 0) },
              { title: t("summary.sessions"), end: true, cell: (p) => number(this.progress.get(p.pseudonym)?.sessions ?? 0) },
              { title: t("summary.last"), cell: (p) => time(this.progress.get(p.pseudonym)?.last) },
              ...(this.consents.size ? [{ title: t("consent.title"), cell: (p: Participant) => this.consent(p) }] : []),
              { title: t("participant.actions"), cell: (p) => html`<span class="row">
                ${this.has("read") ? html`<button type="button" class="quiet" @click=${() => this.download(p)} aria-label=${t("participant.export.one", { who: p.pseudonym })}>${t("participant.export")}</button>` : nothing}
                ${canManage ? html`<button type="button" class="quiet bad" @click=${() => this.erase(p)} aria-label=${t("erase.title", { who: p.pseudonym })}>${t("erase.action")}</button>` : nothing}
              </span>` },
            ],
            this.participants.items,
          )}${this.participants.button()}`}
    `;
  }

  private consent(participant: Participant) {
    const consent = this.consents.get(participant.pseudonym);
    const state = consent?.state ?? "missing";
    return html`<span class="tag ${state === "given" ? "" : "bad"}">${t(`consent.${state}`)}</span>
      ${state === "given" || state === "withdrawn" ? nothing : html`<button type="button" class="quiet" aria-label=${t("consent.paper.one", { who: participant.pseudonym })} @click=${() => this.signed(participant)}>${t("consent.paper.action")}</button>`}`;
  }
}

customElements.define("study-participants", StudyParticipants);
