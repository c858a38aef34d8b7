import type { DeskViews, Sending } from '../../../app/contract-desk';
import type { ViewSource } from '../../../app/rpc/server';
import type { PublishDesk } from '../desk/publish-desk';

const INTERVAL_MS = 100;

type Frame<K extends keyof DeskViews> = DeskViews[K]['frame'];
type Params<K extends keyof DeskViews> = DeskViews[K]['params'];

/** The templates of the data folder. */
export class TemplatesView implements ViewSource<Params<'templates'>, Frame<'templates'>> {
  readonly intervalMs = INTERVAL_MS;
  private sentVersion = -1;

  constructor(private readonly desk: PublishDesk) {}

  update(): void {
    this.sentVersion = -1;
  }

  next(): Frame<'templates'> | null {
    const { templates } = this.desk;
    if (templates.version === this.sentVersion) return null;
    this.sentVersion = templates.version;
    return { templates: templates.summaries };
  }

  close(): void {
    this.sentVersion = -1;
  }
}

/** The jobs: while one runs, their numbers are shown ten times a second. */
export class JobsView implements ViewSource<Params<'jobs'>, Frame<'jobs'>> {
  readonly intervalMs = INTERVAL_MS;
  private sentVersion = -1;
  private wasRunning = false;

  constructor(private readonly desk: PublishDesk) {}

  update(): void {
    this.sentVersion = -1;
  }

  next(nowMs: number): Frame<'jobs'> | null {
    const { jobs } = this.desk;
    const isSame = jobs.version === this.sentVersion && !jobs.isRunning && !this.wasRunning;
    if (isSame) return null;
    this.sentVersion = jobs.version;
    this.wasRunning = jobs.isRunning;
    return { jobs: jobs.summaries(nowMs) };
  }

  close(): void {
    this.sentVersion = -1;
  }
}

/** The request of one profile and its answers. */
export class RequestView implements ViewSource<Params<'request'>, Frame<'request'>> {
  readonly intervalMs = INTERVAL_MS;
  private sentVersion = -1;

  constructor(
    private readonly desk: PublishDesk,
    private params: Params<'request'>,
  ) {}

  update(params: Params<'request'>): void {
    this.params = params;
    this.sentVersion = -1;
  }

  next(): Frame<'request'> | null {
    const { requests } = this.desk;
    if (requests.version === this.sentVersion) return null;
    this.sentVersion = requests.version;
    return { request: requests.frame(this.params.profileId) };
  }

  close(): void {
    this.sentVersion = -1;
  }
}

/** How far the large message is that a profile publishes. */
export class SendingView implements ViewSource<Params<'sending'>, Frame<'sending'>> {
  readonly intervalMs = INTERVAL_MS;
  /** What the window has; undefined before the first frame. */
  private sent: Sending | null | undefined = undefined;

  constructor(private readonly runtime: { readonly sending: Sending | null }) {}

  update(): void {
    this.sent = undefined;
  }

  next(): Frame<'sending'> | null {
    const { sending } = this.runtime;
    if (sending?.writtenBytes === this.sent?.writtenBytes && this.sent !== undefined) return null;
    this.sent = sending;
    return { sending };
  }

  close(): void {
    this.sent = undefined;
  }
}
