import { join } from 'node:path';
import { candidatesOf } from '../../../app/chart/candidates';
import type { ChartCalls, ChartCandidate, ChartSource } from '../../../app/contract-charts';
import { DECODED_BYTES, type DecodedValue } from '../../../app/decoding/decoded';
import { isSparkplugTopic } from '../../../app/decoding/needs-engine';
import { ruleFor } from '../../../app/decoding/rules';
import { LoupeError } from '../../../app/errors';
import type { DecodingDesk } from '../decoding/decoding-desk';
import type { FileJobs, HistoryPlace } from '../files/file-jobs';
import type { ProfileRuntime } from '../profile-runtime';
import type { SeriesRequest, StoredSource } from './chart-protocol';
import { ChartThread, type SeriesRun } from './chart-thread';
import { ChartsFile } from './charts-file';

export interface ChartDeskOptions {
  readonly home: string;
  /** Folder of the bundles of threads. */
  readonly threads: string;
  readonly runtime: (profileId: string) => ProfileRuntime;
  readonly placeOf: (profileId: string) => HistoryPlace;
  readonly decoding: DecodingDesk;
  readonly files: FileJobs;
  readonly warn: (message: string) => void;
}

/** The engine's charts: the numbers that are read for them, and the panels that stay with profiles. */
export class ChartDesk {
  readonly panels: ChartsFile;
  readonly #options: ChartDeskOptions;
  readonly #thread: ChartThread;
  #schemasVersion: number;

  constructor(options: ChartDeskOptions) {
    this.#options = options;
    this.panels = new ChartsFile(options.home, options.warn);
    this.#schemasVersion = options.decoding.schemasVersion;
    this.#thread = new ChartThread({
      workerFile: join(options.threads, 'charts.cjs'),
      schemas: () => options.decoding.schemas,
    });
  }

  /** A person may ask for a chart soon. */
  getReady(): void {
    this.#thread.getReady();
  }

  /** Another text means that the same source may have other values. */
  sourceMark({ topic }: ChartSource): string {
    const { rules } = this.#options.decoding.frame;
    const steps = ruleFor(rules, topic)?.steps ?? null;
    return JSON.stringify([steps, this.#options.decoding.schemasVersion]);
  }

  read(
    source: ChartSource,
    request: Omit<SeriesRequest, 'source'>,
    onProgress: (share: number) => void,
  ): SeriesRun {
    this.#renewSchemas();
    return this.#thread.read({ ...request, source: this.#stored(source) }, onProgress);
  }

  async candidates(
    request: Parameters<ChartCalls['chartCandidates']>[0],
  ): Promise<readonly ChartCandidate[]> {
    const { profileId, topic, steps } = request;
    const message = await this.#options.runtime(profileId).lastMessage(topic);
    if (!message) {
      throw new LoupeError(
        'not-found',
        'The topic had no message yet: there is nothing to choose from. A path can be typed all the same.',
      );
    }
    return candidatesOf(message.payload, await this.#decoded(profileId, topic, steps));
  }

  /** @throws LoupeError `forbidden` for a path that nobody chose */
  async startExport(arg: Parameters<ChartCalls['startChartExport']>[0]): Promise<number> {
    const { series, fromUs, toUs, path } = arg;
    const stored = series.map(({ source, ...rest }) => ({ ...rest, source: this.#stored(source) }));
    // What has arrived belongs to it, too.
    const profiles = new Set(series.map(({ source }) => source.profileId));
    for (const id of profiles) await this.#options.runtime(id).upToDate().settled();
    const request = { series: stored, schemas: this.#options.decoding.schemas, fromUs, toUs };
    return await this.#options.files.startChartExport(path, request);
  }

  async close(): Promise<void> {
    this.panels.flush();
    await this.#thread.close();
  }

  #stored({ profileId, topic, what, steps }: ChartSource): StoredSource {
    const { file, profileId: idThere } = this.#options.placeOf(profileId);
    const rule = ruleFor(this.#options.decoding.frame.rules, topic);
    const { schemasVersion } = this.#options.decoding;
    return { ...{ file, topic, what, steps, rule, schemasVersion }, profileId: idThere };
  }

  #renewSchemas(): void {
    const { schemasVersion } = this.#options.decoding;
    if (schemasVersion === this.#schemasVersion) return;
    this.#schemasVersion = schemasVersion;
    this.#thread.schemasChanged();
  }

  async #decoded(
    profileId: string,
    topic: string,
    steps: ChartSource['steps'],
  ): Promise<DecodedValue | null> {
    const { value } = await this.#options.decoding.decode({
      ...{ profileId, topic, steps, messageId: null, trial: null },
      maxBytes: DECODED_BYTES,
    });
    // Plain text comes back as no bytes at all: it is the payload.
    return value.kind === 'bytes' && !isSparkplugTopic(topic) && value.bytes.length === 0
      ? null
      : value;
  }
}
