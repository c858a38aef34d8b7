import { startDemoBroker } from '../../engine/demo/demo-broker';
import type { Command } from '../command';
import { EXIT } from '../exit-codes';
import { parseOptions, usageError } from '../options';
import { engineFile } from '../places';
import { nextSignal } from '../signals';

const options = { port: { type: 'string' } } as const;

export const serveDemo: Command = {
  name: 'serve-demo',
  summary: 'run the built-in broker with its simulated plant',
  help: `mqtt-loupe serve-demo - run the built-in broker with its simulated plant

USAGE
  mqtt-loupe serve-demo [--port PORT]

A broker (MQTT 3.1 and 3.1.1) for trying things out, with a few lines, machines and
sensors that publish about 50 messages a second. Only programs on this computer can
reach it. Its URL is printed; Ctrl+C ends it.

OPTIONS
  --port PORT          where it listens; default: a free port

EXAMPLE
  mqtt-loupe serve-demo --port 1883 &
  mqtt-loupe record --url mqtt://127.0.0.1 --mqtt-version 3.1.1 --for 10s --db try.db
`,
  run: async (args, out) => {
    const values = parseOptions(args, options);
    const ended = nextSignal();
    let failed: (reason: Error) => void = () => undefined;
    const crashed = new Promise<never>((_, reject) => {
      failed = reject;
    });
    const broker = await startDemoBroker({
      workerFile: engineFile('demo-broker.cjs'),
      port: portOf(values.port),
      onStopped: (reason) => {
        failed(new Error(reason));
      },
    });
    await out.write(`mqtt://127.0.0.1:${String(broker.port)}\n`);
    await out.flush();
    await Promise.race([ended, crashed]);
    await broker.stop();
    return EXIT.done;
  },
};

function portOf(value: string | undefined): number {
  if (value === undefined) return 0;
  const port = /^\d{1,5}$/u.test(value) ? Number(value) : 0;
  if (port >= 1 && port <= 65_535) return port;
  throw usageError(`--port must be a number from 1 to 65535, not “${value}”.`);
}
