import { api, code, Form, html, nothing, number, Page, svg, t, time, toast } from "../../kit";
import { encode } from "uqr";

interface Factor {
  enabled: boolean;
  required: boolean;
  enabledAt?: string;
  recoveryCodes: number;
}

interface Secret {
  secret: string;
  uri: string;
}

const address = "/api/v1/me/second-factor";
const border = 2;

/** A second factor: set up with an app, its recovery codes, taken off again. */
class MeFactor extends Page {
  static override properties = { ...Page.properties, secret: { state: true }, codes: { state: true }, wants: { state: true } };

  declare secret: Secret | undefined;
  /** Recovery codes that were just made: shown now, and never again. */
  declare codes: string[];
  declare wants: "codes" | "removal" | undefined;

  private factor: Factor | undefined;
  private form = new Form(this);

  constructor() {
    super();
    this.codes = [];
  }

  override async load() {
    this.factor = await api.get<Factor>(address);
  }

  private begin = (event: Event) =>
    this.form.submit(event, async () => {
      this.secret = await api.post<Secret>(address);
    });

  private confirm = (event: Event) =>
    this.form.submit(event, async (values) => {
      const { codes } = await api.post<{ codes: string[] }>(`${address}/confirmation`, { code: this.plain(values.code) }, { secret: true });
      this.secret = undefined;
      this.codes = codes;
      toast(t("factor.on"));
      await this.reload();
    });

  private prove = (event: Event) =>
    this.form.submit(event, async (values) => {
      const body = { password: values.password, code: this.plain(values.code) };
      if (this.wants === "codes") {
        this.codes = (await api.post<{ codes: string[] }>(`${address}/recovery-codes`, body, { secret: true })).codes;
      } else {
        await api.post(`${address}/removal`, body, { secret: true });
        this.codes = [];
        toast(t("factor.off"));
      }

      this.wants = undefined;
      await this.reload();
    });

  private keep = () => {
    this.codes = [];
    this.dispatchEvent(new Event("codes-kept"));
  };

  // As it is read off the app, in two groups.
  private plain(text: string | undefined) {
    return (text ?? "").replaceAll(" ", "");
  }

  view() {
    const { factor } = this;
    if (!factor) return html`<p class="loading">${t("loading")}</p>`;
    return html`
      ${this.codes.length ? this.showCodes() : nothing}
      ${factor.enabled ? this.showEnabled(factor) : this.secret ? this.showSecret(this.secret) : this.showBegin(factor)}
    `;
  }

  private showBegin(factor: Factor) {
    return html`<form class="card" novalidate @submit=${this.begin}>
      <h2>${t("factor.title")}</h2>
      ${factor.required ? html`<p class="note">${t("factor.required")}</p>` : nothing}
      ${this.form.problemBox()}
      <p class="help">${t("factor.lead")}</p>
      <div class="actions"><button type="submit" class="primary" ?disabled=${this.form.busy}>${t("factor.begin")}</button></div>
    </form>`;
  }

  private showSecret(secret: Secret) {
    const { data, size } = encode(secret.uri, { border });
    // One path of the dark squares: row by row, run by run.
    const path = data.map((row, y) => row.map((dark, x) => (dark ? `M${x} ${y}h1v1h-1z` : "")).join("")).join("");
    return html`<form class="card" novalidate @submit=${this.confirm}>
      <h2>${t("factor.scan")}</h2>
      <div class="factor">
        <svg class="qr" viewBox="0 0 ${size} ${size}" role="img" aria-label=${t("factor.qr")}>${svg`<path d=${path} />`}</svg>
        <div>
          <p>${t("factor.scan.text")}</p>
          ${code(secret.secret.replace(/(.{4})(?=.)/g, "$1 "), t("factor.secret"))}
          ${this.form.problemBox()}
          ${this.form.field({ name: "code", label: t("factor.code"), help: t("factor.code.help"), autocomplete: "one-time-code", required: true })}
          <div class="actions">
            <button type="button" class="quiet" @click=${() => { this.secret = undefined; this.form.clear(); }}>${t("cancel")}</button>
            <button type="submit" class="primary" ?disabled=${this.form.busy}>${t("factor.confirm")}</button>
          </div>
        </div>
      </div>
    </form>`;
  }

  private showEnabled(factor: Factor) {
    const want = (what: "codes" | "removal") => () => {
      this.form.clear();
      this.wants = what;
    };
    return html`<section class="card">
        <h2>${t("factor.title")}</h2>
        <p class="good">${t("factor.is.on")} <small>${time(factor.enabledAt)}</small></p>
        <p class="help">${t("factor.left", { n: factor.recoveryCodes })}</p>
        <div class="actions">
          <button type="button" @click=${want("codes")}>${t("factor.renew")}</button>
          <button type="button" class="quiet bad" @click=${want("removal")}>${t("factor.remove")}</button>
        </div>
      </section>
      ${this.wants
        ? html`<form class="card" novalidate @submit=${this.prove}>
            <h2>${this.wants === "codes" ? t("factor.renew") : t("factor.remove")}</h2>
            <p class="help">${this.wants === "codes" ? t("factor.renew.text") : t("factor.remove.text")}</p>
            ${this.form.problemBox()}
            ${this.form.field({ name: "password", label: t("login.password"), type: "password", autocomplete: "current-password", required: true })}
            ${this.form.field({ name: "code", label: t("login.code"), help: t("login.code.help"), autocomplete: "one-time-code", required: true })}
            <div class="actions">
              <button type="button" class="quiet" @click=${() => (this.wants = undefined)}>${t("cancel")}</button>
              <button type="submit" class=${this.wants === "removal" ? "danger" : "primary"} ?disabled=${this.form.busy}>${this.wants === "codes" ? t("factor.renew") : t("factor.remove")}</button>
            </div>
          </form>`
        : nothing}`;
  }

  private showCodes() {
    return html`<section class="card codes">
      <h2>${t("factor.codes", { n: this.codes.length })}</h2>
      <p class="note">${t("factor.codes.once")}</p>
      ${code(this.codes.join("\n"), t("factor.codes.label", { count: number(this.codes.length) }))}
      <div class="actions"><button type="button" class="primary" @click=${this.keep}>${t("factor.codes.kept")}</button></div>
    </section>`;
  }
}

customElements.define("me-factor", MeFactor);
