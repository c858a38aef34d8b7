import type { ChartPanel } from '../../../app/contract-charts';
import type { ViewSource } from '../../../app/rpc/server';

interface Params {
  readonly profileId: string;
}

const INTERVAL_MS = 50;

/** The charts that stay with a profile. */
export class PanelsView implements ViewSource<Params, { readonly panels: readonly ChartPanel[] }> {
  readonly intervalMs = INTERVAL_MS;
  private sent: readonly ChartPanel[] | null = null;

  constructor(
    private readonly panelsOf: (profileId: string) => readonly ChartPanel[],
    private params: Params,
  ) {}

  update(params: Params): void {
    this.params = params;
    this.sent = null;
  }

  next(): { readonly panels: readonly ChartPanel[] } | null {
    const panels = this.panelsOf(this.params.profileId);
    if (panels === this.sent) return null;
    this.sent = panels;
    return { panels };
  }

  close(): void {
    this.sent = null;
  }
}
