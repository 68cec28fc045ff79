import { definePage, html, Page } from "../kit";
import "./studies/create";
import "./studies/list";
import "./studies/study";

/** The list, the form that makes one, and everything of one study below its address. */
class Studies extends Page {
  override render() {
    const [slug] = this.path;
    if (slug !== undefined) return html`<study-page .path=${this.path} .query=${this.query} .me=${this.me}></study-page>`;
    return this.query.get("do") === "create"
      ? html`<study-create .path=${this.path} .query=${this.query} .me=${this.me}></study-create>`
      : html`<study-list .path=${this.path} .query=${this.query} .me=${this.me}></study-list>`;
  }

  view() {}
}

definePage("studies", Studies);
