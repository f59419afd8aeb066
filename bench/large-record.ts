/**
 * `node scripts/run.mjs bench/large-record.ts [--participants 10000] [--minutes 10]`: CPU time and
 * memory of `swarm report` for a large record. Its lines are those of a short real run, repeated by
 * the real writer for each participant and each second. The table of docs/performance.md, "Large
 * records".
 */
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { type HeaderLine, openRecord, planFactsOf, type RecordWriter } from '@livekit-swarm/record';
import { expandPlan, type Plan, recordedScenario, type Scenario } from '@livekit-swarm/scenario';
import { scenarioOfLoad } from '@livekit-swarm/testkit/load-spec';
import { type RecordedLines, recordLines } from './recorded-lines.ts';

const PARTICIPANTS_PER_WORKER = 250;
const ROOM = 4;
const JOIN_SECONDS = 60;

const scenarioOf = (participants: number, seconds: number): Scenario =>
  scenarioOfLoad({
    ...{ rooms: Math.ceil(participants / ROOM), participants: ROOM, publish: ['audio', 'video'] },
    ...{ video: '180p', joinRate: Math.max(8, participants / JOIN_SECONDS) },
    durationMs: seconds * 1_000,
  });

/**
 * Writes joins and first media by the plan, one sample of each worker a second, and a result of
 * each participant.
 */
const writeRecord = (record: RecordWriter, plan: Plan, examples: RecordedLines): void => {
  const workers = Math.ceil(plan.participants.length / PARTICIPANTS_PER_WORKER);
  const startedAtMs = 1_700_000_000_000;
  const header: HeaderLine = {
    ...{
      type: 'header',
      schema: 'livekit-swarm/record/1',
      run: 'bench',
      startedAtMs,
      processes: workers,
    },
    startedAt: new Date(startedAtMs).toISOString(),
    ...{ scenario: recordedScenario(plan.scenario), plan: planFactsOf(plan), environment: {} },
  };
  record.write(header);
  const waiting = plan.participants
    .map((one, index) => ({ ...one, shard: Math.floor(index / PARTICIPANTS_PER_WORKER) }))
    .sort((a, b) => a.joinAtMs - b.joinAtMs);
  let next = 0;
  const connected = new Array<number>(workers).fill(0);
  for (let at = 1_000; at <= plan.endAtMs; at += 1_000) {
    for (;;) {
      const one = waiting[next];
      if (one === undefined || one.joinAtMs >= at) break;
      next++;
      const { identity, group, room, role, joinAtMs, shard } = one;
      for (const example of [examples.joined, examples.firstMedia])
        record.write({ ...example, identity, group, room, role, shard, at: joinAtMs + 100 });
      connected[shard] = (connected[shard] ?? 0) + 1;
    }
    for (const [shard, count] of connected.entries())
      if (count > 0)
        record.write({ ...examples.sample, at, shard, intervalMs: 1_000, connected: count });
  }
  for (const one of waiting) {
    const { identity, group, room, role, joinAtMs, leaveAtMs, expectedTracks, shard } = one;
    record.write({
      ...examples.result,
      ...{ identity, group, room, role, joinAtMs, leaveAtMs, expectedTracks, shard },
      at: plan.endAtMs + 100,
    });
  }
  record.write({ type: 'end', at: plan.endAtMs + 200, reason: 'completed' });
};

interface Cost {
  wallSeconds: number;
  cpuSeconds: number;
  peakBytes: number;
}

const PROGRAM = join(import.meta.dirname, '../packages/cli/src/main.ts');

/**
 * Module that writes the kernel's counts for the process (getrusage) to descriptor 3 at its end.
 */
const COUNT_AT_EXIT = `data:text/javascript,${encodeURIComponent(`
  import { writeSync } from 'node:fs';
  process.on('exit', () => {
    const { userCPUTime, systemCPUTime, maxRSS } = process.resourceUsage();
    writeSync(3, JSON.stringify({ cpuSeconds: (userCPUTime + systemCPUTime) / 1e6, peakBytes: maxRSS * 1024 }));
  });
`)}`;

const report = async (flags: readonly string[]): Promise<Cost> => {
  const begun = performance.now();
  const child = spawn(process.execPath, ['--import', COUNT_AT_EXIT, PROGRAM, 'report', ...flags], {
    stdio: ['ignore', 'ignore', 'inherit', 'pipe'],
  });
  let counted = '';
  child.stdio[3]?.on('data', (chunk: Buffer) => {
    counted += chunk.toString();
  });
  await new Promise((resolve, reject) => child.on('error', reject).on('close', resolve));
  return {
    ...(JSON.parse(counted) as Omit<Cost, 'wallSeconds'>),
    wallSeconds: (performance.now() - begun) / 1_000,
  };
};

const { values } = parseArgs({
  options: {
    participants: { type: 'string', default: '10000' },
    minutes: { type: 'string', default: '10' },
  },
});
const dir = mkdtempSync(join(tmpdir(), 'swarm-bench-'));
try {
  const examples = await recordLines(scenarioOf(16, 8));
  const plan = expandPlan(
    scenarioOf(Number(values.participants), Number(values.minutes) * 60),
    'bench',
  );
  const record = openRecord(join(dir, 'record'));
  writeRecord(record, plan, examples);
  record.close();
  console.error(
    `${plan.participants.length} participants, ${values.minutes} min: ${(statSync(record.file).size / 1e6).toFixed(0)} MB`,
  );
  console.log('| report | CPU, s | wall, s | peak memory, MB |');
  console.log('| --- | --- | --- | --- |');
  const cases = {
    text: [],
    '--json': ['--json'],
    '--report html': ['--report', `html=${join(dir, 'report.html')}`],
    '--report csv': ['--report', `csv=${join(dir, 'csv')}`],
  };
  for (const [name, flags] of Object.entries(cases)) {
    const { cpuSeconds, wallSeconds, peakBytes } = await report([record.file, ...flags]);
    console.log(
      `| ${name} | ${cpuSeconds.toFixed(1)} | ${wallSeconds.toFixed(1)} | ${(peakBytes / 1e6).toFixed(0)} |`,
    );
  }
} finally {
  rmSync(dir, { recursive: true, force: true });
}
