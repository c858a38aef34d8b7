import { cpus, loadavg, platform, release, totalmem } from 'node:os';

/** What the figures were measured on. */
export interface Machine {
  readonly cpu: string;
  readonly cores: number;
  readonly memoryGb: number;
  readonly system: string;
  readonly node: string;
  /** One minute's load average when the benchmark began: above 0.5 somebody else was at work. */
  readonly loadAtStart: number;
}

export function machine(): Machine {
  const processors = cpus();
  return {
    cpu: processors[0]?.model.trim() ?? 'unknown',
    cores: processors.length,
    memoryGb: Math.round(totalmem() / 1024 ** 3),
    system: `${platform()} ${release()}`,
    node: process.versions.node,
    loadAtStart: loadavg()[0] ?? 0,
  };
}

export function describe(one: Machine): string {
  const load = one.loadAtStart.toFixed(2);
  return `${one.cpu}, ${String(one.cores)} cores, ${String(one.memoryGb)} GB, ${one.system}, Node.js ${one.node}, load ${load} at the start`;
}
