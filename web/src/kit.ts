// What pages are made of; served at /console/assets/kit.js, for the pages of every module.
export { html, svg, nothing, LitElement, type TemplateResult } from "lit";
export { classMap } from "lit/directives/class-map.js";
export { live } from "lit/directives/live.js";
export { ref, createRef, type Ref } from "lit/directives/ref.js";
export { repeat } from "lit/directives/repeat.js";
export * from "./kit/api";
export * from "./kit/dialog";
export * from "./kit/form";
export * from "./kit/format";
export * from "./kit/login";
export * from "./kit/names";
export * from "./kit/markup";
export * from "./kit/page";
export * from "./kit/stream";
export * from "./kit/texts";
export * from "./kit/theme";
