export interface FieldDefinition {
  name: string;
  type: "string" | "integer" | "number" | "boolean" | "timestamp" | "json";
  required?: boolean;
  maxLength?: number;
  values?: unknown[];
  description?: string;
  unit?: string;
  export?: "keep" | "leave-out" | "mask";
}

export interface Study {
  slug: string;
  title: string;
  fields: FieldDefinition[];
  unknownFields: "keep" | "refuse";
  retentionDays: number | null;
  consent?: { required: boolean; version: number; text: string; url?: string; renew?: boolean };
  rights: string[];
  number?: number;
  createdAt: string;
  links: Record<string, string>;
}

export interface Trace {
  id: string;
  participant?: string;
  timestamp: string;
  receivedAt: string;
  session?: string;
  sequence?: number;
  name: string;
  data: Record<string, unknown>;
}

export const address = (slug: string) => `/api/v1/studies/${encodeURIComponent(slug)}`;
export const place = (slug: string, part = "") => `/console/studies/${encodeURIComponent(slug)}${part ? `/${part}` : ""}`;

/** A trace as a game would send it to the study. */
export function sample(fields: FieldDefinition[]): Record<string, unknown> {
  const value = (field: FieldDefinition): unknown =>
    field.values?.[0]
    ?? { string: "…", integer: 1, number: 0.5, boolean: true, timestamp: "2026-01-31T09:30:00Z", json: {} }[field.type];
  return {
    timestamp: new Date().toISOString(),
    name: "started",
    session: "s-1",
    sequence: 1,
    data: Object.fromEntries(fields.filter((f) => f.name).map((field) => [field.name, value(field)])),
  };
}

/** A value of a trace as a cell shows it. */
export function cell(value: unknown): string {
  return value === undefined || value === null ? "" : typeof value === "object" ? JSON.stringify(value) : String(value);
}
