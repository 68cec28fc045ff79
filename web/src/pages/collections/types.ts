export interface Field {
  id?: number;
  name: string;
  type: string;
  search?: boolean;
}

export interface Rules {
  read?: string;
  create?: string;
  update?: string;
  delete?: string;
}

export interface Collection {
  name: string;
  space: string;
  description?: string;
  fields: Field[];
  /** Shown to those who look after the collection. */
  rules?: Rules;
  history: boolean;
  path?: string;
  form?: string;
}

export type Stored = Record<string, unknown> & { id: string; updated: string };

export interface Difference {
  kind: string;
  field?: string;
  detail?: string;
}

export interface Changed {
  differences: Difference[];
  records: number;
  lost: number;
  unconverted: { record: string; field: string; detail: string }[];
}

export interface Verdicts {
  manages: boolean;
  deeds: { deed: string; allowed: boolean; why: string }[];
  sees: string[];
  sets: string[];
}

export const base = "/console/collections";

/** What addresses call a collection. */
export const addressOf = (one: Collection): string => (one.space === "main" ? one.name : `${one.space}.${one.name}`);
