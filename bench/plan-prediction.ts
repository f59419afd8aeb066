/**
 * `node scripts/run.mjs bench/plan-prediction.ts [--seconds 20] [--repeats 1] [--rooms 50,150,300]
 * [--load audio]`: CPU of load generator and livekit-server as `swarm plan` predicts it, beside the
 * CPU time that runs took, once all have joined and for each join; and the capacity of this host
 * that follows from both. Without `--rooms`, nine tenths of the predicted capacity. Under `taskset
 * -c 0`, or in a control group with a quota, it is that of a part of the host. The tables of
 * docs/planning.md, "Calibrated planning".
 */
import { execFile, execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs, promisify } from 'node:util';
import { measureHostSpeed } from '@livekit-swarm/engine/host-speed';
import { usableCores } from '@livekit-swarm/host';
import { recordLines } from '@livekit-swarm/record';

const execFileAsync = promisify(execFile);
const PROGRAM = join(import.meta.dirname, '../packages/cli/src/main.ts');
/** Share of the cores at which `swarm plan` considers a host fully used. */
const CARRIED = 0.8;
/**
 * Share of the prediction that is run: CPU per room falls with the number of rooms, so a small run
 * would not be representative.
 */
const TRIED = 0.9;
const JOIN_RATE = 40;

const LOADS: Record<string, string[]> = {
  'rooms of two, audio': ['--participants', '2'],
  'rooms of four, audio and 180p': [
    ...['--participants', '4', '--publish', 'audio,video', '--video', '180p'],
  ],
  'one 720p publisher, 20 subscribers': [
    ...['--participants', '1', '--subscribers', '20', '--publish', 'video', '--video', '720p'],
  ],
};

interface Part {
  cores: number;
}

interface Prediction {
  packets: number;
  need: { generator: Part; server: Part; joins: { cores: number; perSecond: number } };
  estimate: { besideServer: number };
  calibration: { microsPerPacket?: number };
}

const scenarioOf = (flags: readonly string[], rooms: number, seconds: number): string =>
  execFileSync(
    process.execPath,
    [
      ...[PROGRAM, '--print-scenario', '--rooms', String(rooms), ...flags],
      ...['--join-rate', String(JOIN_RATE), '--duration', `${seconds}s`],
    ],
    { encoding: 'utf8' },
  );

const predict = (file: string, calibration: string): Prediction => {
  const plan = execFileSync(
    process.execPath,
    [PROGRAM, 'plan', file, '--json', '--calibration', calibration],
    { encoding: 'utf8', maxBuffer: 1e8 },
  );
  const { host, most } = JSON.parse(plan) as {
    host: Omit<Prediction, 'packets'>;
    most: { packetsUp: number; packetsDown: number }[];
  };
  const packets = most.map(({ packetsUp, packetsDown }) => packetsUp + packetsDown);
  return { ...host, packets: Math.max(...packets) };
};

/** CPU use in each second, cores; times of the joins, s. */
interface Observed {
  /** Coordinator and workers. */
  generator: number[];
  server: number[];
  /** Packets sent and received, per second. */
  packets: number[];
  joinedAt: number[];
}

const observe = async (record: string): Promise<Observed> => {
  const observed: Observed = { generator: [], server: [], packets: [], joinedAt: [] };
  const add = (cores: number[], atMs: number, used: number): void => {
    const second = Math.round(atMs / 1_000);
    if (second > 0) cores[second] = (cores[second] ?? 0) + used;
  };
  for await (const line of recordLines(record)) {
    if (line.type === 'event' && line.event === 'joined') observed.joinedAt.push(line.at / 1_000);
    if (line.type === 'sample') {
      add(observed.generator, line.at, line.generator.cpuCores);
      const packets = sum(line.series.map((one) => one.packets));
      add(observed.packets, line.at, (1_000 * packets) / line.intervalMs);
    }
    if (line.type === 'server') add(observed.server, line.at, line.cpuCores ?? 0);
  }
  return observed;
};

const sum = (values: readonly number[]): number => values.reduce((total, one) => total + one, 0);

/** Mean once all have joined. */
const settledMean = (rates: readonly number[], joinedAt: readonly number[]): number => {
  const settled = rates.slice(Math.ceil(Math.max(...joinedAt)) + 2, -2).filter((one) => one > 0);
  return sum(settled) / settled.length;
};

interface JoinedCosts {
  steady: number;
  joinMs: number;
}

/**
 * CPU once all have joined, cores, and CPU of each join, ms: what the time of joins took beyond the
 * media of those that had joined.
 */
const costsOf = (cores: readonly number[], joinedAt: readonly number[]): JoinedCosts => {
  const lastJoin = Math.ceil(Math.max(...joinedAt));
  const steady = settledMean(cores, joinedAt);
  const ramp = Array.from({ length: lastJoin }, (_, index) => index + 1);
  const ofMedia = ramp.map(
    (second) =>
      (steady * joinedAt.filter((joined) => joined < second - 0.5).length) / joinedAt.length,
  );
  const used = ramp.map((second) => cores[second] ?? 0);
  return { steady, joinMs: (1_000 * (sum(used) - sum(ofMedia))) / joinedAt.length };
};

/** Time between two calibrations during a run, ms: they take a sixteenth of a core. */
const CALIBRATE_EVERY_MS = 4_000;

/**
 * Runs a load and observes it, and calibrates the host meanwhile: its speed changes with the clock
 * of its cores, and with other programs.
 */
const measure = async (
  file: string,
  record: string,
): Promise<{ observed: Observed; verdict: string; microsPerPacket: number }> => {
  const run = execFileAsync(
    process.execPath,
    [PROGRAM, 'run', file, '--json', '--quiet', '--record', record],
    { maxBuffer: 1e8 },
  ).catch((error: { stdout: string }) => error);
  const calibrations: number[] = [];
  const calibrating = setInterval(
    () => calibrations.push(measureHostSpeed().microsPerPacket),
    CALIBRATE_EVERY_MS,
  );
  const { stdout } = await run;
  clearInterval(calibrating);
  const observed = await observe(record);
  const microsPerPacket = sum(calibrations) / calibrations.length;
  return {
    observed,
    microsPerPacket,
    verdict: (JSON.parse(stdout) as { verdict: string }).verdict,
  };
};

const HEADER = [
  ...['load', 'rooms', 'calibrated before, µs', 'during', 'planned by during, cores'],
  ...['measured, cores (generator + server)', 'packets of those planned', 'planned / measured'],
  ...['join planned, ms', 'join measured, ms (generator + server)'],
  ...['predicted capacity, rooms', 'measured', 'verdict'],
];

/** – where participants joined so late that nothing is left to be measured. */
const figure = (value: number, digits = 2): string =>
  Number.isFinite(value) ? value.toFixed(digits) : '–';

const { values } = parseArgs({
  options: {
    seconds: { type: 'string', default: '20' },
    repeats: { type: 'string', default: '1' },
    rooms: { type: 'string' },
    load: { type: 'string', default: '' },
  },
});
const row = (cells: readonly (string | number)[]): void => console.log(`| ${cells.join(' | ')} |`);
const dir = mkdtempSync(join(tmpdir(), 'swarm-bench-'));
try {
  row(HEADER);
  row(HEADER.map(() => '---'));
  for (let repeat = 0; repeat < Number(values.repeats); repeat++)
    for (const [name, flags] of Object.entries(LOADS)) {
      if (!name.includes(values.load)) continue;
      const file = join(dir, 'load.yaml');
      writeFileSync(file, scenarioOf(flags, 2, Number(values.seconds)));
      const sizes = values.rooms?.split(',').map(Number) ?? [
        Math.max(1, Math.floor(predict(file, 'fresh').estimate.besideServer * TRIED)),
      ];
      for (const rooms of sizes) {
        writeFileSync(file, scenarioOf(flags, rooms, Number(values.seconds)));
        const before = predict(file, 'fresh');
        const record = join(dir, 'record');
        const { observed, verdict, microsPerPacket } = await measure(file, record);
        const { need, packets } = predict(file, String(microsPerPacket));
        rmSync(record, { recursive: true, force: true });
        const [generator, server] = [observed.generator, observed.server].map((cores) =>
          costsOf(cores, observed.joinedAt),
        ) as [JoinedCosts, JoinedCosts];
        const planned = need.generator.cores + need.server.cores - need.joins.cores;
        // A host that is short of cores sends fewer packets than planned.
        const sent = settledMean(observed.packets, observed.joinedAt) / packets;
        const measured = (generator.steady + server.steady) / sent;
        const capacity = (rooms * usableCores() * CARRIED) / measured;
        row([
          ...[name, rooms, before.calibration.microsPerPacket?.toFixed(2) ?? ''],
          ...[microsPerPacket.toFixed(2), figure(planned)],
          `${figure(measured)} (${figure(generator.steady / sent)} + ${figure(server.steady / sent)})`,
          `${figure(100 * sent, 0)} %`,
          figure(planned / measured),
          figure((1_000 * need.joins.cores) / need.joins.perSecond, 1),
          `${figure(generator.joinMs + server.joinMs, 1)} (${figure(generator.joinMs, 1)} + ${figure(server.joinMs, 1)})`,
          ...[before.estimate.besideServer, figure(capacity, 0), verdict],
        ]);
      }
    }
} finally {
  rmSync(dir, { recursive: true, force: true });
}
