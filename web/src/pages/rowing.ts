import { definePage, html, nothing, Page, t } from "../kit";
import { base } from "./rowing/types";
import "./rowing/compare";
import "./rowing/log";
import "./rowing/season";
import "./rowing/session";
import "./rowing/squad";
import "./rowing/squads";

/** What one rows, and what one's squads do. */
class Rowing extends Page {
  override render() {
    const [part] = this.path;
    const tab = (name: string, text: string, isHere: boolean) => html`<a href=${name ? `${base}/${name}` : base} aria-current=${isHere ? "page" : nothing}>${text}</a>`;
    return html`<div class="stack">
      <nav class="tabs" aria-label=${t("rowing.parts")}>
        ${tab("", t("rowing.log"), part === undefined || part === "workouts" || part === "compare")}
        ${tab("season", t("rowing.season"), part === "season")}
        ${tab("squads", t("rowing.squads"), part === "squads")}
      </nav>
      ${this.shown()}
    </div>`;
  }

  private shown() {
    const { path, query, me } = this;
    switch (path[0]) {
      case undefined:
        return html`<rowing-log .path=${path} .query=${query} .me=${me}></rowing-log>`;
      case "workouts":
        return html`<rowing-session .path=${path} .query=${query} .me=${me}></rowing-session>`;
      case "compare":
        return html`<rowing-compare .path=${path} .query=${query} .me=${me}></rowing-compare>`;
      case "season":
        return html`<rowing-season .path=${path} .query=${query} .me=${me}></rowing-season>`;
      case "squads":
        return path[1] === undefined
          ? html`<rowing-squads .path=${path} .query=${query} .me=${me}></rowing-squads>`
          : html`<rowing-squad .path=${path} .query=${query} .me=${me}></rowing-squad>`;
      default:
        return html`<div class="empty"><h1>${t("problem.notfound")}</h1></div>`;
    }
  }

  view() {}
}

definePage("rowing", Rowing);
