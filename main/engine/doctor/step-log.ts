import type {
  CertificateCard,
  DoctorFact,
  DoctorStep,
  DoctorStepId,
  DoctorTone,
} from '../../../app/contract-doctor';

/** What one step has found out so far. */
export class StepLog {
  readonly id: DoctorStepId;
  #status: DoctorStep['status'] = 'pending';
  #summary = '';
  #startedMs: number | null = null;
  #tookMs: number | null = null;
  #facts: readonly DoctorFact[] = [];
  #certificates: readonly CertificateCard[] = [];
  readonly #onChange: () => void;

  constructor(id: DoctorStepId, onChange: () => void) {
    this.id = id;
    this.#onChange = onChange;
  }

  get status(): DoctorStep['status'] {
    return this.#status;
  }

  begin(): void {
    this.#startedMs = performance.now();
    this.#status = 'running';
    this.#onChange();
  }

  fact(label: string, value: string, tone: DoctorTone = 'neutral'): void {
    this.#facts = [...this.#facts, { label, value, tone }];
    this.#onChange();
  }

  set certificates(cards: readonly CertificateCard[]) {
    this.#certificates = cards;
    this.#onChange();
  }

  end(status: 'ok' | 'warning' | 'failed' | 'skipped', summary: string): void {
    if (this.#startedMs !== null) this.#tookMs ??= performance.now() - this.#startedMs;
    this.#status = status;
    this.#summary = summary;
    this.#onChange();
  }

  look(): DoctorStep {
    const runningMs = this.#startedMs === null ? null : performance.now() - this.#startedMs;
    return {
      ...{ id: this.id, status: this.#status, summary: this.#summary },
      tookMs: this.#tookMs ?? runningMs,
      ...{ facts: this.#facts, certificates: this.#certificates },
    };
  }
}
