// A place for a chart, which draws what it is given and again when that changes.
import type { PropertyValues } from "lit";
import { html, LitElement } from "../../kit";

type Draw = (place: HTMLElement, charts: typeof import("../../charts")) => () => void;

class RowingChart extends LitElement {
  static override properties = { draw: { attribute: false }, data: { attribute: false }, label: { attribute: false } };

  /** Draws. Asked when `data` is another. */
  declare draw: Draw;
  declare data: unknown;
  declare label: string;

  private stop: (() => void) | undefined;
  private count = 0;

  protected override createRenderRoot() {
    return this;
  }

  override render() {
    return html`<div class="plot small" role="img" aria-label=${this.label}></div>`;
  }

  protected override updated(changed: PropertyValues): void {
    if (changed.has("data")) void this.show();
  }

  override disconnectedCallback() {
    super.disconnectedCallback();
    this.count++;
    this.stop?.();
    this.stop = undefined;
  }

  private async show() {
    const mine = ++this.count;
    const charts = await import("../../charts");
    if (mine !== this.count) return;
    this.stop?.();
    this.stop = this.draw(this.firstElementChild as HTMLElement, charts);
  }
}

customElements.define("rowing-chart", RowingChart);

/** A chart that is drawn again when `data` is another. */
export const chart = (label: string, data: unknown, draw: Draw) => html`<rowing-chart .label=${label} .data=${data} .draw=${draw}></rowing-chart>`;
