/**
 * `node scripts/run.mjs bench/plan-prediction.ts [--seconds 20] [--repeats 1]`: capacity of this
 * host as `swarm plan` predicts it, and as measured by the CPU time of a run of nine tenths of that
 * size, server included. Under `taskset -c 0`, or in a control group with a quota, it is that of a
 * part of the host. The table of docs/performance.md, "Calibrated planning".
 */
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { usableCores } from '@livekit-swarm/host';
import { recordLines } from '@livekit-swarm/record';

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

interface Prediction {
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

const predict = (file: string): Prediction => {
  const plan = execFileSync(
    process.execPath,
    [PROGRAM, 'plan', file, '--json', '--calibration', 'fresh'],
    { encoding: 'utf8', maxBuffer: 1e8 },
  );
  return (JSON.parse(plan) as { host: Prediction }).host;
};

/**
 * CPU of coordinator, workers and server in each second, cores (`cores`); time of the last join
 * (`joinedAt`).
 */
const coresBySecond = async (record: string): Promise<{ cores: number[]; joinedAt: number }> => {
  const cores: number[] = [];
  let joinedAt = 0;
  for await (const line of recordLines(record)) {
    if (line.type === 'event' && line.event === 'joined') joinedAt = line.at / 1_000;
    const used =
      line.type === 'sample'
        ? line.generator.cpuCores
        : line.type === 'server'
          ? (line.cpuCores ?? 0)
          : 0;
    const second = 'at' in line ? Math.round(line.at / 1_000) : 0;
    if (used > 0 && second > 0) cores[second] = (cores[second] ?? 0) + used;
  }
  return { cores, joinedAt };
};

const mean = (values: readonly number[]): number =>
  values.reduce((sum, one) => sum + one, 0) / values.length;

/**
 * Capacity of the host in rooms, from the CPU of each room in a run; the CPU without rooms is
 * constant.
 */
const measure = async (
  file: string,
  rooms: number,
  record: string,
): Promise<{ capacity: number; verdict: string }> => {
  const { stdout } = spawnSync(
    process.execPath,
    [PROGRAM, 'run', file, '--json', '--quiet', '--record', record],
    { encoding: 'utf8', maxBuffer: 1e8 },
  );
  const { cores, joinedAt } = await coresBySecond(record);
  const steady = cores.slice(Math.ceil(joinedAt) + 2, -2).filter((used) => used > 0);
  return {
    capacity: (rooms * usableCores() * CARRIED) / mean(steady),
    verdict: (JSON.parse(stdout) as { verdict: string }).verdict,
  };
};

const { values } = parseArgs({
  options: {
    seconds: { type: 'string', default: '20' },
    repeats: { type: 'string', default: '1' },
  },
});
const dir = mkdtempSync(join(tmpdir(), 'swarm-bench-'));
try {
  console.log(
    '| load | cores | calibrated, µs | predicted, rooms | measured, rooms | difference | verdict |',
  );
  console.log('| --- | --- | --- | --- | --- | --- | --- |');
  for (let repeat = 0; repeat < Number(values.repeats); repeat++)
    for (const [name, flags] of Object.entries(LOADS)) {
      const file = join(dir, 'load.yaml');
      writeFileSync(file, scenarioOf(flags, 2, Number(values.seconds)));
      const first = predict(file).estimate.besideServer;
      const rooms = Math.max(1, Math.floor(first * TRIED));
      writeFileSync(file, scenarioOf(flags, rooms, Number(values.seconds)));
      const { estimate, calibration } = predict(file);
      const record = join(dir, 'record');
      const measured = await measure(file, rooms, record);
      rmSync(record, { recursive: true, force: true });
      const difference = (100 * (estimate.besideServer - measured.capacity)) / measured.capacity;
      console.log(
        `| ${[name, usableCores(), calibration.microsPerPacket?.toFixed(2), estimate.besideServer, measured.capacity.toFixed(0), `${difference.toFixed(0)} %`, measured.verdict].join(' | ')} |`,
      );
    }
} finally {
  rmSync(dir, { recursive: true, force: true });
}
