/** Exports and imports of a whole history, against plain writes of the same bytes and plain rows of the same messages. */
import { profileFlags, withFolder, type BenchOptions, type Scenario } from '../bench';
import { Program } from '../processes';
import type { FilesResult } from '../programs/files-bench';
import type { Row, Target } from '../rows';

const TOPICS = 1_000;
const SIZE = 100;
/** What a garbage collector may leave lying about; a message more a byte would be 75 MB of a million. */
const FLAT: Target = { kind: 'at-most', value: 100 };

/** Both scenarios look at the same run. */
let running: Promise<FilesResult> | null = null;

function messagesOf({ full }: BenchOptions): number {
  return full ? 10_000_000 : 1_000_000;
}

function resultOf(options: BenchOptions): Promise<FilesResult> {
  running ??= withFolder(async (home) => {
    const values = { expect: messagesOf(options), topics: TOPICS, size: SIZE, home };
    return await new Program('files', values, profileFlags(options)).result<FilesResult>();
  });
  return running;
}

function nameOf(what: string, options: BenchOptions): string {
  return `${what} ${String(messagesOf(options) / 1_000_000)} M`;
}

async function measureExport(options: BenchOptions): Promise<readonly Row[]> {
  const result = await resultOf(options);
  const scenario = nameOf('export', options);
  const rates = Object.entries(result.exportRates).map(([format, ours]): Row => ({
    ...{ scenario, metric: `${format}, by a plain write of the NDJSON`, unit: 'msg/s' },
    ...{ reference: result.rawWriteRate, ours, target: null },
  }));
  return [
    ...rates,
    {
      ...{ scenario, metric: 'a message of 100 B in a recording', unit: 'B' },
      ...{ reference: null, ours: result.recordingBytes, target: { kind: 'at-most', value: 60 } },
    },
    {
      ...{ scenario, metric: 'memory grows after the first quarter', unit: 'MB' },
      ...{ reference: null, ours: result.exportGrowthMb, target: FLAT },
    },
  ];
}

async function measureImport(options: BenchOptions): Promise<readonly Row[]> {
  const result = await resultOf(options);
  const scenario = nameOf('import', options);
  const row = (metric: string, ours: number): Row => ({
    ...{ scenario, metric, unit: 'msg/s', reference: result.plainRate, ours, target: null },
  });
  return [
    row('a recording, by plain rows', result.importRate),
    row('NDJSON, by plain rows', result.ndjsonImportRate),
    {
      ...{ scenario, metric: 'memory grows after the first quarter', unit: 'MB' },
      ...{ reference: null, ours: result.importGrowthMb, target: FLAT },
    },
  ];
}

export const exportScenario: Scenario = { name: 'export', needsWindow: false, run: measureExport };
export const importScenario: Scenario = { name: 'import', needsWindow: false, run: measureImport };
