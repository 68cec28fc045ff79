import { html, LitElement, nothing } from "lit";
import { api, Problem, send } from "./api";
import { Form } from "./form";
import type { Me } from "./page";
import { language, t, type Language } from "./texts";
import { nextTheme, theme } from "./theme";

/** The first thing on every page. */
export const mark = html`<img class="mark" src="/console/assets/icon.svg" alt="" width="34" height="34" />`;

/**
 * Where one logs in; the session is kept in cookies that no script reads. Says `logged-in` with the user name when there is one,
 * and `language` where another one is wanted.
 */
class Login extends LitElement {
  static override properties = { again: { attribute: false }, language: { attribute: false } };

  /** Who was here before the session ended; undefined for somebody who comes. */
  declare again: Me | undefined;
  /** The language of the page: it is drawn again in another. */
  declare language: Language;

  private form = new Form(this as never);
  private wantsCode = "";

  protected override createRenderRoot() {
    return this;
  }

  private logIn = (event: Event) =>
    this.form.submit(event, async (values) => {
      let tokens: { refresh_token: string };
      try {
        tokens = await api.post("/api/v1/auth/login", values, { quiet: true });
      } catch (error) {
        // A second factor is asked for once the password is right.
        const field = error instanceof Problem ? error.errors.find((e) => /^\/\w*(code|otp)$/i.test(e.pointer)) : undefined;
        if (field && !this.wantsCode) {
          this.wantsCode = field.pointer.slice(1);
          this.requestUpdate();
          await this.updateComplete;
        }

        throw error;
      }

      await send("POST", "/api/v1/auth/cookies", JSON.stringify({ refresh_token: tokens.refresh_token }), { quiet: true });
      this.wantsCode = "";
      this.dispatchEvent(new CustomEvent("logged-in", { detail: values.username }));
    });

  private setTheme = () => {
    nextTheme();
    this.requestUpdate();
  };

  override render() {
    const other = language === "fr" ? "en" : "fr";
    return html`<section class="card login">
      <p class="brand">${mark}<span>Sillage</span></p>
      <h1>${this.again ? t("login.again") : t("login.title")}</h1>
      ${this.again ? html`<p class="lead">${t("login.ended")}</p>` : nothing}
      <form novalidate @submit=${this.logIn}>
        ${this.form.problemBox()}
        ${this.form.field({ name: "username", label: t("login.username"), autocomplete: "username", required: true, value: this.again?.username })}
        ${this.form.field({ name: "password", label: t("login.password"), type: "password", autocomplete: "current-password", required: true })}
        ${this.wantsCode
          ? this.form.field({ name: this.wantsCode, label: t("login.code"), help: t("login.code.help"), autocomplete: "one-time-code", required: true })
          : nothing}
        <button type="submit" class="primary wide" ?disabled=${this.form.busy}>${t("login.action")}</button>
      </form>
      ${this.again ? nothing : html`<p class="row center">
        <button type="button" class="quiet" lang=${other} @click=${() => this.dispatchEvent(new CustomEvent("language", { detail: other }))}>${other === "en" ? "English" : "Français"}</button>
        <button type="button" class="quiet" @click=${this.setTheme}>${t(`theme.${theme()}`)}</button>
      </p>`}
    </section>`;
  }

  protected override firstUpdated(): void {
    // Who is asked to log in writes there, wherever the focus was.
    const inputs = [...this.querySelectorAll<HTMLInputElement>("input")];
    (inputs.find((input) => input.value === "") ?? inputs[0])?.focus();
  }
}

customElements.define("sillage-login", Login);
