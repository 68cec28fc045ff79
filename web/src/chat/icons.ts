import { svg, html } from "../kit";

const icon = (path: unknown) => html`<svg class="icon" viewBox="0 0 24 24" width="20" height="20" aria-hidden="true">${path}</svg>`;

export const icons = {
  back: icon(svg`<path d="M15 5l-7 7 7 7" />`),
  send: icon(svg`<path d="M4 12l16-8-6 16-3-7z M11 13l9-9" />`),
  attach: icon(svg`<path d="M20 11l-8.5 8.5a5 5 0 0 1-7-7L13 4a3.4 3.4 0 0 1 5 5l-8.500 8.500a1.700 1.700 0 0 1-2.500-2.500L15 7" />`),
  search: icon(svg`<circle cx="11" cy="11" r="6.500" /><path d="M16 16l4.500 4.500" />`),
  people: icon(svg`<circle cx="9" cy="8" r="3.500" /><path d="M2.500 20a6.500 6.500 0 0 1 13 0 M16 4.800a3.500 3.500 0 0 1 0 6.500 M18 14a6.500 6.500 0 0 1 3.500 6" />`),
  reply: icon(svg`<path d="M9 6L3.500 11.500 9 17 M4 11.500h9a7 7 0 0 1 7 7" />`),
  smile: icon(svg`<circle cx="12" cy="12" r="8.500" /><path d="M8.500 14a4 4 0 0 0 7 0 M9 9.500v.5 M15 9.500v.5" />`),
  edit: icon(svg`<path d="M4 20l1-4.500L16 4.500l3.500 3.500L8.500 19z" />`),
  remove: icon(svg`<path d="M5 7h14 M9.500 7V4.500h5V7 M7 7l1 13h8l1-13" />`),
  flag: icon(svg`<path d="M6 21V4 M6 5c4-2.500 7 2 12-.5v9c-5 2.500-8-2-12 .5" />`),
  unread: icon(svg`<path d="M4 6h16v12H4z M4 7l8 6.500L20 7" />`),
  settings: icon(svg`<circle cx="12" cy="12" r="3" /><path d="M12 3v3 M12 18v3 M3 12h3 M18 12h3 M5.600 5.600l2.200 2.200 M16.200 16.200l2.200 2.200 M18.400 5.600l-2.200 2.200 M7.800 16.200l-2.200 2.200" />`),
  close: icon(svg`<path d="M6 6l12 12 M18 6L6 18" />`),
  down: icon(svg`<path d="M12 5v14 M6 13l6 6 6-6" />`),
  up: icon(svg`<path d="M12 19V5 M6 11l6-6 6 6" />`),
  plus: icon(svg`<path d="M12 5v14 M5 12h14" />`),
  file: icon(svg`<path d="M6 3h8l4 4v14H6z M14 3v4h4" />`),
  lock: icon(svg`<path d="M6 11h12v9H6z M8.500 11V8a3.500 3.500 0 0 1 7 0v3" />`),
  hash: icon(svg`<path d="M9.500 4l-2 16 M16.500 4l-2 16 M4.500 9h16 M3.500 15h16" />`),
  mail: icon(svg`<path d="M4 5h16v11H10l-5 4v-4H4z" />`),
};
