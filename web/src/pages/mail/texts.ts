import { api, attempt, code, go, html, language, nothing, Page, Problem, t } from "../../kit";

interface Kind {
  name: string;
  title: string;
  channels: string[];
  security: boolean;
  links: { preview: string; test: string };
}

interface State {
  mail?: { state: string; address?: string; detail?: string };
  links: { self: string };
}

/** What mails say: each kind in both languages, as a mail program shows it, and one sent to oneself. */
class MailTexts extends Page {
  static override properties = { ...Page.properties, sent: { state: true } };

  /** The mail that was sent to oneself. */
  declare sent: State | undefined;

  private kinds: Kind[] = [];
  private preview: { subject: string; text: string } | undefined;
  private broken = "";

  private get kind(): string {
    return this.path[1] ?? this.kinds[0]?.name ?? "";
  }

  private get language(): string {
    const wanted = this.query.get("language") ?? language;
    return wanted === "fr" ? "fr" : "en";
  }

  override async load() {
    this.sent = undefined;
    this.kinds = (await api.get<{ items: Kind[] }>("/api/v1/notifications/kinds", { quiet: true })).items;
    try {
      this.preview = await api.get(`/api/v1/notifications/kinds/${encodeURIComponent(this.kind)}/preview?language=${this.language}`);
      this.broken = "";
    } catch (error) {
      // An own template with a fault: what is wrong with it is what one came for.
      if (!(error instanceof Problem) || error.status !== 409) throw error;
      [this.preview, this.broken] = [undefined, error.detail];
    }
  }

  private test = () =>
    attempt(async () => {
      this.sent = await api.post<State>(`/api/v1/notifications/kinds/${this.kind}/test`);
      for (let i = 0; i < 60 && this.isConnected && ["queued", "sending"].includes(this.sent!.mail?.state ?? ""); i++) {
        await new Promise((resolve) => setTimeout(resolve, 500));
        this.sent = await api.get<State>(this.sent!.links.self, { quiet: true });
      }
    });

  private at(kind: string, inLanguage: string) {
    return `/console/mail/texts/${kind}?language=${inLanguage}`;
  }

  view() {
    if (this.kinds.length === 0) return html`<p class="loading">${t("loading")}</p>`;
    const kind = this.kinds.find((one) => one.name === this.kind);
    return html`<div class="texts">
      <div class="filters"><div class="field"><label for="kind">${t("mail.kind")}</label>
        <select id="kind" @change=${(event: Event) => go(this.at((event.target as HTMLSelectElement).value, this.language))}>${this.kinds.map((one) => html`<option value=${one.name} ?selected=${one.name === this.kind}>${one.name}</option>`)}</select></div>
        <nav class="choose" aria-label=${t("choice.language")}>${[["en", "English"], ["fr", "Français"]].map(([one, name]) => html`<a class="button quiet" lang=${one!} href=${this.at(this.kind, one!)} aria-current=${one === this.language ? "true" : nothing}>${name}</a>`)}</nav>
        <button type="button" class="primary" @click=${this.test}>${t("mail.test")}</button>
      </div>
      ${kind ? html`<p class="lead">${kind.title}${kind.security ? html` · ${t("mail.security")}` : nothing}</p>` : nothing}
      ${this.sent ? html`<p class="note" role="status">${t("mail.test.state")} <strong>${t(`mail.state.${this.sent.mail?.state ?? "queued"}`)}</strong>${this.sent.mail?.address ? ` · ${this.sent.mail.address}` : ""}${this.sent.mail?.detail ? ` · ${this.sent.mail.detail}` : ""}</p>` : nothing}
      ${this.broken ? html`<p class="problem" role="alert">${this.broken}</p>` : nothing}
      ${this.preview
        ? html`<section class="card"><h2>${this.preview.subject}</h2>
            <iframe class="mailview" title=${t("mail.preview")} sandbox="" src="/api/v1/notifications/kinds/${encodeURIComponent(this.kind)}/preview/html?language=${this.language}"></iframe>
            ${code(this.preview.text, t("mail.plain"))}</section>`
        : nothing}
      <p class="help">${t("mail.texts.own")}</p></div>`;
  }
}

customElements.define("mail-texts", MailTexts);
