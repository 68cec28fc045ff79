import { api, ask, html, t, toast } from "../../kit";
import { reasons } from "./types";

/** Asks for a reason, and does what it is the reason of. */
export async function withReason(title: string, text: string, action: string, run: (reason: string, note: string) => Promise<unknown>, asksNote = false): Promise<boolean> {
  let [reason, note] = [reasons[0]!, ""];
  const done = await ask({
    title,
    body: html`<p>${text}</p>
      <div class="field"><label for="reason">${t("post.reason")}</label><select id="reason" @change=${(event: Event) => (reason = (event.target as HTMLSelectElement).value)}>
        ${reasons.map((one) => html`<option value=${one}>${t(`post.reason.${one}`)}</option>`)}</select></div>
      ${asksNote
        ? html`<div class="field"><label for="note">${t("post.note")}</label><textarea id="note" rows="3" maxlength="1000" @input=${(event: Event) => (note = (event.target as HTMLTextAreaElement).value)}></textarea></div>`
        : ""}`,
    action,
    run: () => run(reason, note),
  });
  return done === true;
}

/** Tells the moderators of a post or a comment. */
export async function report(address: string): Promise<void> {
  const run = (reason: string, note: string) => api.post(`${address}/reports`, { reason, ...(note ? { note } : {}) }, { idempotent: true });
  if (await withReason(t("post.report"), t("post.report.text"), t("post.report.action"), run, true)) toast(t("post.reported"));
}
