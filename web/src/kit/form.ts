import { html, nothing, type ReactiveControllerHost } from "lit";
import { Problem } from "./api";
import { t } from "./texts";

export interface Field {
  name: string;
  label: string;
  /** Where the request has it, as a JSON Pointer; `/name` if left out. */
  pointer?: string;
  help?: unknown;
  type?: "text" | "password" | "number" | "email" | "select" | "textarea" | "checkbox" | "date" | "datetime-local";
  value?: string | number | boolean | null;
  options?: [value: string, label: string][];
  placeholder?: string;
  autocomplete?: AutoFill;
  required?: boolean;
  rows?: number;
  /** The label is for those who do not see the page: the column's head says it to all others. */
  bare?: boolean;
  input?: (value: string) => void;
}

let count = 0;

/** A form's state: what the server said of which field, and whether it is being asked. */
export class Form {
  problem = "";
  busy = false;
  private readonly id = `form-${++count}`;
  private errors = new Map<string, string>();
  private shown = new Set<string>();

  constructor(private readonly host: Pick<ReactiveControllerHost, "requestUpdate" | "updateComplete"> & { querySelector?: Element["querySelector"] }) {}

  /** A label, an input, what helps, and what is wrong. */
  field(field: Field) {
    const id = `${this.id}-${field.name}`;
    const pointer = field.pointer ?? `/${field.name}`;
    this.shown.add(pointer);
    const error = this.errors.get(pointer);
    const described = [field.help ? `${id}-help` : "", error ? `${id}-error` : ""].filter(Boolean).join(" ") || nothing;
    const change = (event: Event) => field.input?.((event.target as HTMLInputElement).value);
    if (field.type === "checkbox") {
      return html`<div class="field check">
        <input id=${id} name=${field.name} type="checkbox" .checked=${field.value === true} aria-describedby=${described}
          @change=${(event: Event) => field.input?.(String((event.target as HTMLInputElement).checked))} />
        <label for=${id} class=${field.bare ? "unseen" : ""}>${field.label}</label>
        ${field.help ? html`<p class="help" id="${id}-help">${field.help}</p>` : nothing}
        ${error ? html`<p class="error" id="${id}-error">${error}</p>` : nothing}
      </div>`;
    }

    const invalid = error ? "true" : nothing;
    const control =
      field.type === "select"
        ? html`<select id=${id} name=${field.name} aria-invalid=${invalid} aria-describedby=${described} @change=${change}>
            ${field.options!.map(([value, label]) => html`<option value=${value} ?selected=${value === String(field.value ?? "")}>${label}</option>`)}
          </select>`
      : field.type === "textarea"
        ? html`<textarea id=${id} name=${field.name} rows=${field.rows ?? 4} aria-invalid=${invalid} aria-describedby=${described}
            spellcheck="false" .value=${String(field.value ?? "")} @input=${change}></textarea>`
        : html`<input id=${id} name=${field.name} type=${field.type ?? "text"} aria-invalid=${invalid} aria-describedby=${described}
            placeholder=${field.placeholder ?? nothing} autocomplete=${field.autocomplete ?? "off"} ?required=${field.required}
            autocapitalize="none" spellcheck="false" step=${field.type === "datetime-local" ? "1" : nothing}
            .value=${String(field.value ?? "")} @input=${change} />`;
    return html`<div class="field">
      <label for=${id} class=${field.bare ? "unseen" : ""}>${field.label}</label>
      ${control}
      ${field.help ? html`<p class="help" id="${id}-help">${field.help}</p>` : nothing}
      ${error ? html`<p class="error" id="${id}-error">${error}</p>` : nothing}
    </div>`;
  }

  /** What is wrong with no field that is shown. */
  problemBox() {
    return this.problem ? html`<p class="problem" role="alert">${this.problem}</p>` : nothing;
  }

  /** Runs the request of a form; what the server finds is shown at its field, and the first of these gets the focus. */
  submit = async (event: Event, run: (values: Record<string, string>) => Promise<unknown>): Promise<boolean> => {
    event.preventDefault();
    const form = event.target as HTMLFormElement;
    const missing = [...form.querySelectorAll<HTMLInputElement>("[required]")].filter((input) => input.value === "");
    this.errors = new Map(missing.map((input) => [`/${input.name}`, t("form.needed")]));
    this.problem = "";
    if (missing.length > 0) {
      await this.showFirst(form);
      return false;
    }

    this.busy = true;
    this.host.requestUpdate();
    try {
      await run(Object.fromEntries([...new FormData(form)].map(([name, value]) => [name, String(value)])));
      return true;
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      this.take(error);
      return false;
    } finally {
      this.busy = false;
      this.host.requestUpdate();
      await this.showFirst(form);
    }
  };

  take(problem: Problem): void {
    const elsewhere: string[] = [];
    for (const { pointer, detail } of problem.errors) {
      // What is wrong inside a value is shown at the nearest field around it.
      let place = pointer;
      while (place && !this.shown.has(place)) place = place.slice(0, Math.max(0, place.lastIndexOf("/")));
      if (place) this.errors.set(place, detail);
      else elsewhere.push(`${pointer} ${detail}`.trim());
    }

    this.problem = problem.errors.length > elsewhere.length ? elsewhere.join(" ") : [problem.detail, ...elsewhere].join(" ");
  }

  clear(): void {
    this.errors.clear();
    this.problem = "";
  }

  private async showFirst(form: HTMLFormElement): Promise<void> {
    this.host.requestUpdate();
    await this.host.updateComplete;
    form.querySelector<HTMLElement>("[aria-invalid=true]")?.focus();
  }
}
