/** A message of the simulated plant. */
export interface PlantMessage {
  readonly topic: string;
  readonly payload: Uint8Array;
  readonly retain: boolean;
}

export interface PlantOptions {
  /** In [0, 1); a seeded one makes the plant repeat itself. */
  readonly random: () => number;
  /** Wall clock in ms when the plant begins. */
  readonly startMs: number;
}

/** A plant that runs as its clock says. */
export interface Plant {
  /** What stands there from the beginning: names, limits, states. All retained. */
  readonly announcements: () => readonly PlantMessage[];
  /** What happened since the last call, oldest first. `nowMs` never goes back. */
  readonly advance: (nowMs: number) => readonly PlantMessage[];
}

/** Something that publishes by itself: what, and how often. */
interface Source {
  readonly everyMs: number;
  dueMs: number;
  readonly publish: (nowMs: number, elapsedMs: number) => PlantMessage[];
}

const MACHINE_STATES = [
  'running',
  'running',
  'running',
  'running',
  'idle',
  'setup',
  'blocked',
] as const;
const MACHINES = [
  { line: 'line1', machine: 'press', speed: 42, temperature: 61, power: 18.4 },
  { line: 'line1', machine: 'welder', speed: 18, temperature: 74, power: 31.2 },
  { line: 'line1', machine: 'robot', speed: 96, temperature: 38, power: 6.3 },
  { line: 'line2', machine: 'mill', speed: 1450, temperature: 52, power: 11.7 },
  { line: 'line2', machine: 'lathe', speed: 2200, temperature: 47, power: 9.8 },
  { line: 'line2', machine: 'washer', speed: 12, temperature: 66, power: 22.5 },
  { line: 'line3', machine: 'oven', speed: 3, temperature: 218, power: 54.1 },
  { line: 'line3', machine: 'packer', speed: 64, temperature: 31, power: 4.2 },
] as const;
const ROOMS = ['会议室', '实验室', '仓库 🏭'] as const;

const encoder = new TextEncoder();

/**
 * A small plant: three lines with eight machines, utilities, the weather and some rooms with Chinese names. About 50 messages
 * a second in JSON (nested too), numbers, text and a little binary; values move smoothly, as sensors do.
 */
export function createPlant({ random, startMs }: PlantOptions): Plant {
  const sources: Source[] = [
    ...MACHINES.flatMap((machine) => machineSources(machine, random)),
    ...utilitySources(random),
    ...ROOMS.map((room) => roomSource(room, random)),
  ];
  // Spread over their period, so that messages do not come in bursts.
  for (const source of sources) source.dueMs = startMs + random() * source.everyMs;
  return { announcements, advance: (nowMs) => advance(sources, nowMs) };
}

/** A source of random numbers in [0, 1) that repeats itself for a seed (Mulberry32). */
export function seededRandom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

function advance(sources: readonly Source[], nowMs: number): PlantMessage[] {
  const due: { readonly atMs: number; readonly messages: PlantMessage[] }[] = [];
  for (const source of sources) {
    if (source.dueMs > nowMs) continue;
    due.push({ atMs: source.dueMs, messages: source.publish(nowMs, source.everyMs) });
    source.dueMs += source.everyMs;
    // After a pause (a computer that slept) the plant goes on; it does not catch up.
    if (source.dueMs <= nowMs) source.dueMs = nowMs + source.everyMs;
  }
  return due.sort((a, b) => a.atMs - b.atMs).flatMap(({ messages }) => messages);
}

/** A value that wanders around a middle and always comes back to it: each step a bit of the way, and a bit of noise. */
function wandering(middle: number, spread: number, random: () => number): () => number {
  let offset = (random() - 0.5) * spread;
  return () => {
    offset += (random() - 0.5) * spread * 0.18 - offset * 0.04;
    return middle + offset;
  };
}

function machineSources(
  { line, machine, speed, temperature, power }: (typeof MACHINES)[number],
  random: () => number,
): Source[] {
  const base = `plant/${line}/${machine}`;
  const celsius = wandering(temperature, temperature * 0.12, random);
  const perMinute = wandering(speed, speed * 0.08, random);
  const kilowatts = wandering(power, power * 0.2, random);
  const millimetresPerSecond = wandering(2.4, 1.6, random);
  let state: string = 'running';
  let produced = Math.floor(random() * 40_000);
  let rejected = Math.floor(produced * 0.004);
  return [
    source(1_000, (nowMs) => [
      json(`${base}/temperature`, { value: round(celsius(), 2), unit: '°C', time: iso(nowMs) }),
    ]),
    source(500, () => [text(`${base}/speed`, String(round(perMinute(), 1)))]),
    source(1_000, (nowMs, elapsedMs) => {
      const consumed = kilowatts();
      return [
        json(`${base}/power`, {
          active: { value: round(consumed, 2), unit: 'kW' },
          phases: [1, 2, 3].map((phase) => ({
            phase,
            current: round(consumed * 1.52 + phase * 0.07, 2),
            unit: 'A',
          })),
          energy: { value: round((consumed * elapsedMs) / 3_600_000, 6), unit: 'kWh' },
          time: iso(nowMs),
        }),
      ];
    }),
    source(1_000, () => {
      produced += 1;
      if (random() < 0.004) rejected += 1;
      return [json(`${base}/counter`, { produced, rejected, unit: 'pieces' })];
    }),
    source(12_000, () => {
      state = MACHINE_STATES[Math.floor(random() * MACHINE_STATES.length)] ?? 'running';
      return [text(`${base}/state`, state, true)];
    }),
    source(2_000, () => [vibration(`${base}/vibration`, millimetresPerSecond())]),
  ];
}

function utilitySources(random: () => number): Source[] {
  const bar = wandering(6.8, 0.7, random);
  const litres = wandering(142, 30, random);
  const outside = wandering(14.5, 3, random);
  const humidity = wandering(62, 12, random);
  let alarms = 0;
  return [
    source(500, () => [text('plant/utilities/air/pressure', bar().toFixed(3))]),
    source(1_000, () => [
      json('plant/utilities/water/flow', { value: round(litres(), 1), unit: 'l/min' }),
    ]),
    source(5_000, (nowMs) => [
      json(
        'plant/weather',
        { temperature: round(outside(), 1), humidity: Math.round(humidity()), time: iso(nowMs) },
        true,
      ),
    ]),
    source(20_000, (nowMs) => {
      alarms += 1;
      const machine = MACHINES[Math.floor(random() * MACHINES.length)] ?? MACHINES[0];
      return [
        json('plant/alarms', {
          id: alarms,
          severity: random() < 0.2 ? 'error' : 'warning',
          source: { line: machine.line, machine: machine.machine },
          text: 'Temperature near its limit ⚠️',
          time: iso(nowMs),
        }),
      ];
    }),
  ];
}

function roomSource(room: string, random: () => number): Source {
  const celsius = wandering(21.8, 1.6, random);
  const carbonDioxide = wandering(640, 180, random);
  return source(2_000, () => [
    json(`building/${room}/climate`, {
      temperature: round(celsius(), 1),
      co2: Math.round(carbonDioxide()),
      occupied: carbonDioxide() > 640,
      units: { temperature: '°C', co2: 'ppm' },
    }),
  ]);
}

function announcements(): PlantMessage[] {
  return [
    json(
      'plant/info',
      { name: 'Demo plant', site: 'Built-in broker', lines: ['line1', 'line2', 'line3'] },
      true,
    ),
    ...MACHINES.flatMap(({ line, machine, temperature, speed }) => [
      json(
        `plant/${line}/${machine}/config`,
        {
          limits: { temperature: { high: Math.round(temperature * 1.3), unit: '°C' } },
          speed: { target: speed, unit: '1/min' },
        },
        true,
      ),
      text(`plant/${line}/${machine}/state`, 'running', true),
    ]),
    ...ROOMS.map((room) => text(`building/${room}/name`, room, true)),
  ];
}

/** A frame as a sensor sends it: version, count, then 16 samples as 16-bit big-endian integers in µm/s. */
function vibration(topic: string, millimetresPerSecond: number): PlantMessage {
  const samples = 16;
  const payload = new Uint8Array(2 + samples * 2);
  const view = new DataView(payload.buffer);
  view.setUint8(0, 1);
  view.setUint8(1, samples);
  for (let index = 0; index < samples; index += 1) {
    const wave = Math.sin((index / samples) * 2 * Math.PI) * millimetresPerSecond * 1000;
    view.setInt16(2 + index * 2, Math.round(wave));
  }
  return { topic, payload, retain: false };
}

function source(everyMs: number, publish: Source['publish']): Source {
  return { everyMs, dueMs: 0, publish };
}

function json(topic: string, value: unknown, retain = false): PlantMessage {
  return text(topic, JSON.stringify(value), retain);
}

function text(topic: string, value: string, retain = false): PlantMessage {
  return { topic, payload: encoder.encode(value), retain };
}

function round(value: number, digits: number): number {
  return Number(value.toFixed(digits));
}

function iso(timeMs: number): string {
  return new Date(timeMs).toISOString();
}
