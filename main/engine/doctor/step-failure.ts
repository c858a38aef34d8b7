import type { DoctorStepId } from '../../../app/contract-doctor';
import { codeAndText } from '../../../app/error-text';
import type { Finding } from '../../../app/doctor/finding';

/** A step that ends with a finding. */
export class StepFailure extends Error {
  readonly finding: Finding;
  /** A few words for the step's line. */
  readonly summary: string;
  /** The step that it belongs to, where another one noticed it; null: the one that noticed it. */
  readonly step: DoctorStepId | null;

  constructor(finding: Finding, summary: string, step: DoctorStepId | null = null) {
    super(summary);
    this.name = 'StepFailure';
    this.finding = finding;
    this.summary = summary;
    this.step = step;
  }
}

/** Node's code of an error and its text, as one line. */
export function technicalOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return codeAndText(codeOf(error), error.message);
}

export function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error && typeof error.code === 'string'
    ? error.code
    : '';
}
