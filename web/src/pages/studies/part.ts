import { Page } from "../../kit";
import { address, type Study } from "./types";

/** A part of a study's page. */
export abstract class StudyPart extends Page {
  static override properties = { ...Page.properties, study: { attribute: false } };

  declare study: Study;

  get address(): string {
    return address(this.study.slug);
  }

  has(right: string): boolean {
    return this.study.rights.includes(right);
  }
}
