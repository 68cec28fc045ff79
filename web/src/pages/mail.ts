import { definePage, html, nothing, Page, t } from "../kit";
import "./mail/log";
import "./mail/refused";
import "./mail/texts";

const parts = ["log", "texts", "refused"];

/** What became of each mail, what mails say, and who gets none. */
class Mail extends Page {
  override render() {
    const part = parts.includes(this.path[0] ?? "") ? this.path[0]! : "log";
    const { path, query, me } = this;
    return html`<div class="stack">
      <h1>${t("mail.title")}</h1>
      <nav class="tabs" aria-label=${t("mail.title")}>${parts.map((name) => html`<a href="/console/mail${name === "log" ? "" : `/${name}`}" aria-current=${name === part ? "page" : nothing}>${t(`mail.${name}`)}</a>`)}</nav>
      ${part === "log" ? html`<mail-log .path=${path} .query=${query} .me=${me}></mail-log>`
        : part === "texts" ? html`<mail-texts .path=${path} .query=${query} .me=${me}></mail-texts>`
        : html`<mail-refused .path=${path} .query=${query} .me=${me}></mail-refused>`}
    </div>`;
  }

  view() {}
}

definePage("mail", Mail);
