import { html, nothing, render, type TemplateResult } from "lit";
import { Problem } from "./api";
import { Form } from "./form";
import { t } from "./texts";

let count = 0;

/** A dialog over the page; `close` ends it. Escape does too, and the focus goes back where it was. */
export function openDialog<T>(title: string, body: (close: (value?: T) => void, redraw: () => void) => unknown): Promise<T | undefined> {
  return new Promise((resolve) => {
    const dialog = document.createElement("dialog");
    const id = `dialog-${++count}`;
    dialog.className = "dialog";
    dialog.setAttribute("aria-labelledby", id);
    let value: T | undefined;
    const close = (result?: T) => {
      value = result;
      dialog.close();
    };
    const redraw = () => render(html`<h2 id=${id}>${title}</h2>${body(close, redraw)}`, dialog);
    dialog.addEventListener("close", () => {
      dialog.remove();
      resolve(value);
    });
    document.body.append(dialog);
    redraw();
    dialog.showModal();
  });
}

/** Asks before something is done that says what it will do, does it, and shows there why it could not. */
export function ask(options: {
  title: string;
  body: TemplateResult | string;
  action: string;
  danger?: boolean;
  run: () => Promise<unknown>;
}): Promise<boolean | undefined> {
  let busy = false;
  let problem = "";
  return openDialog<boolean>(options.title, (close, redraw) => {
    const run = async () => {
      busy = true;
      redraw();
      try {
        await options.run();
        close(true);
      } catch (error) {
        if (!(error instanceof Problem)) throw error;
        problem = [error.detail, ...error.errors.map((e) => e.detail)].join(" ");
        busy = false;
        redraw();
      }
    };
    return html`
      <div class="dialog-body">${typeof options.body === "string" ? html`<p>${options.body}</p>` : options.body}</div>
      ${problem ? html`<p class="problem" role="alert">${problem}</p>` : nothing}
      <div class="actions">
        <button type="button" class="quiet" @click=${() => close(false)}>${t("cancel")}</button>
        <button type="button" class=${options.danger ? "danger" : "primary"} ?disabled=${busy} @click=${run}>${options.action}</button>
      </div>
    `;
  });
}

/** A dialog with a form; what the server refuses is shown at its field. */
export function formDialog<T>(
  title: string,
  action: string,
  fields: (form: Form, redraw: () => void) => unknown,
  run: (values: Record<string, string>) => Promise<T>,
): Promise<T | undefined> {
  let draw = () => {};
  const form = new Form({ requestUpdate: () => draw(), updateComplete: Promise.resolve(true) });
  return openDialog<T>(title, (close, redraw) => {
    draw = redraw;
    const submit = (event: Event) => form.submit(event, async (values) => close(await run(values)));
    return html`<form novalidate @submit=${submit}>
      ${form.problemBox()} ${fields(form, redraw)}
      <div class="actions">
        <button type="button" class="quiet" @click=${() => close()}>${t("cancel")}</button>
        <button type="submit" class="primary" ?disabled=${form.busy}>${action}</button>
      </div>
    </form>`;
  });
}

/** Does something, and says why not where it is refused. Whether it was done. */
export async function attempt(run: () => Promise<unknown>): Promise<boolean> {
  try {
    await run();
    return true;
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    toast([error.detail, ...error.errors.map((e) => e.detail)].join(" "));
    return false;
  }
}

let toasts: HTMLElement | undefined;

/** Says shortly that something was done; `undo` takes it back while it is shown. */
export function toast(text: string, undo?: () => Promise<unknown> | void): void {
  if (!toasts) {
    toasts = document.createElement("div");
    toasts.className = "toasts";
    toasts.setAttribute("role", "status");
    document.body.append(toasts);
  }

  const one = document.createElement("div");
  one.className = "toast";
  const gone = () => one.remove();
  render(
    html`<span>${text}</span>${undo
        ? html`<button type="button" class="quiet" @click=${async () => { gone(); await undo(); }}>${t("undo")}</button>`
        : nothing}<button type="button" class="quiet close" aria-label=${t("close")} @click=${gone}>×</button>`,
    one,
  );
  toasts.append(one);
  setTimeout(gone, undo ? 12_000 : 6_000);
}
