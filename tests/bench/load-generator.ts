/**
 * A load generator without dependencies: publishes a stream and prints one line of JSON. See README.md.
 * Usage: npm run bench -- load --port N [--host H] [--rate max|N] [--topics N] [--size N] [--payload json|random]
 *   [--qos 0|1] [--window N] [--retain] [--count N] [--duration SECONDS] [--first N]
 */
import { parseArgs } from 'node:util';
import { generateLoad, type LoadOptions } from './generator/generate-load';

/** Packet identifiers in use at once; far below 65,535, so that none is used twice. */
const DEFAULT_WINDOW = 1_000;
const MOST_WINDOW = 65_000;

function readOptions(args: string[]): LoadOptions {
  const { values } = parseArgs({
    args,
    options: {
      host: { type: 'string', default: '127.0.0.1' },
      port: { type: 'string', default: '1883' },
      rate: { type: 'string', default: 'max' },
      topics: { type: 'string', default: '1000' },
      size: { type: 'string', default: '100' },
      payload: { type: 'string', default: 'json' },
      qos: { type: 'string', default: '0' },
      window: { type: 'string', default: String(DEFAULT_WINDOW) },
      retain: { type: 'boolean', default: false },
      count: { type: 'string' },
      duration: { type: 'string' },
      first: { type: 'string', default: '0' },
    },
  });
  if (values.count === undefined && values.duration === undefined)
    throw new Error('Say when it ends: --count N, --duration SECONDS, or both.');
  if (values.payload !== 'json' && values.payload !== 'random')
    throw new Error('--payload takes json or random.');
  return {
    host: values.host,
    port: number('port', values.port, 1, 65_535),
    rate: values.rate === 'max' ? Infinity : number('rate', values.rate, 1),
    topics: number('topics', values.topics, 1),
    sizeBytes: number('size', values.size, 0, 16 * 1024 * 1024),
    kind: values.payload,
    qos: number('qos', values.qos, 0, 1) === 0 ? 0 : 1,
    window: number('window', values.window, 1, MOST_WINDOW),
    retain: values.retain,
    count: values.count === undefined ? Infinity : number('count', values.count, 1),
    duration: values.duration === undefined ? Infinity : number('duration', values.duration, 0),
    first: number('first', values.first, 0),
  };
}

function number(name: string, text: string, minimum: number, maximum = Infinity): number {
  const value = Number(text.replaceAll('_', ''));
  if (text === '' || !Number.isFinite(value) || value < minimum || value > maximum) {
    const range =
      maximum === Infinity
        ? `at least ${String(minimum)}`
        : `${String(minimum)} to ${String(maximum)}`;
    throw new Error(`--${name} takes a number, ${range}; not “${text}”.`);
  }
  return value;
}

const stop = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM'])
  process.once(signal, () => {
    stop.abort();
  });
try {
  const result = await generateLoad({ ...readOptions(process.argv.slice(2)), signal: stop.signal });
  process.stdout.write(`${JSON.stringify(result)}\n`);
} catch (error) {
  process.stderr.write(
    `The load generator failed: ${error instanceof Error ? error.message : String(error)}\n`,
  );
  process.exitCode = 1;
}
