/**
 * `node bench/busy-verdicts.ts [--repeats 20] [--records FOLDER] [--judge] [--out FILE] [--before
 * CHECKOUT]`: verdicts of runs of 20 rooms on a host with 0, 1, 2 and 4 programs that use all the
 * CPU they get, with a healthy server, one that loses 2 % of packets, and one that answers joins
 * after 3 s. Every run leaves its record in FOLDER and is not repeated, so that this program can be
 * ended and started again; all records there are judged by this code each time, with `--judge`
 * without any new run. With `--before`, another checkout judges them once as well. FILE gets the
 * verdicts at the end. Prints a Markdown table, passed / inconclusive / failed; `npm run docs`
 * writes it to docs/planted-faults.md. Exit 1: a run with an unhealthy server passed. Linux, root,
 * nftables; about 10 s a run.
 */
import { execFile, spawn } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import type { AddressInfo } from 'node:net';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Transform } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs, promisify } from 'node:util';
import { decideVerdict, type Reason, readRecord, resolveThresholds } from '@livekit-swarm/analysis';
import { startLiveKit } from '@livekit-swarm/lab';
import { EXIT_CODES } from '@livekit-swarm/settings';
import { holdTable } from '@livekit-swarm/testkit/nft';
import { table } from '../scripts/docs/markdown.ts';
import {
  BUSY_HEAD,
  BUSY_SERVERS,
  BUSY_VERDICTS,
  type BusyRun,
  type BusyServer,
  type BusyVerdict,
  busyRows,
  readBusyRuns,
  wronglyPassed,
} from './busy-runs.ts';
import { openHosts } from './namespaces.ts';

const exec = promisify(execFile);

const { values } = parseArgs({
  options: {
    repeats: { type: 'string', default: '20' },
    out: { type: 'string', default: BUSY_VERDICTS },
    records: { type: 'string', default: 'records/busy-verdicts' },
    judge: { type: 'boolean', default: false },
    before: { type: 'string' },
  },
});

const HOGS = [0, 1, 2, 4];
/** Threshold on loss before recovery, because retransmissions repair most of a loss of 2 %. */
const LOSS = 'packet_loss_before_recovery: rate<0.01';
const LOAD = ['--rooms', '20', '--duration', '7s', '--threshold', LOSS];
const PROGRAM = 'packages/cli/src/main.ts';

interface Place {
  through: readonly string[];
  env: Readonly<Record<string, string>>;
}

/** Provides one kind of server for a run, and stops it afterwards. */
const withServer = async <T>(server: BusyServer, use: (place: Place) => Promise<T>): Promise<T> => {
  switch (server) {
    case 'healthy':
      return await use({ through: [], env: {} });
    case 'loses 2 %': {
      // Generator and server are alone on the loopback interface of a namespace.
      await using network = await openHosts(1);
      const through = network.hosts[0]?.through ?? [];
      const rule = 'meta l4proto udp numgen random mod 100 < 2 drop';
      const chain = `chain lossy { type filter hook input priority 0; policy accept; ${rule}; }`;
      const table = await holdTable(through, 'swarm_bench', chain);
      try {
        return await use({ through, env: {} });
      } finally {
        await table.release();
      }
    }
    case 'answers joins after 3 s': {
      const dir = mkdtempSync(join(tmpdir(), 'swarm-bench-'));
      try {
        await using livekit = await startLiveKit({ dir });
        await using proxy = await slowProxy(livekit.ports.http, 3_000);
        const { apiKey, apiSecret } = livekit;
        const keys = { LIVEKIT_API_KEY: apiKey, LIVEKIT_API_SECRET: apiSecret };
        return await use({ through: [], env: { LIVEKIT_URL: proxy.url, ...keys } });
      } finally {
        rmSync(dir, { recursive: true, force: true });
      }
    }
  }
};

/**
 * Delays the first answer of a server on each connection. Media flows as soon as participants have
 * joined, so only their join time shows the delay.
 */
const slowProxy = async (port: number, ms: number): Promise<{ url: string } & AsyncDisposable> => {
  const proxy = createServer((client) => {
    const server = connect(port, '127.0.0.1');
    let first: Promise<void> | null = null;
    const late = new Transform({
      transform: (chunk, _, done) => {
        first ??= sleep(ms);
        void first.then(() => done(null, chunk));
      },
    });
    client.pipe(server);
    server.pipe(late).pipe(client);
    for (const end of [client, server]) {
      end.on('error', () => {
        client.destroy();
        server.destroy();
      });
    }
  });
  await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve));
  return {
    url: `ws://127.0.0.1:${(proxy.address() as AddressInfo).port}`,
    [Symbol.asyncDispose]: async () => void proxy.close(),
  };
};

/** Starts programs that use a core each. They end after a minute if this program is killed. */
const startHogs = (count: number): (() => void) => {
  const hogs = Array.from({ length: count }, () =>
    spawn(
      process.execPath,
      ['--eval', 'const end = Date.now() + 60_000; while (Date.now() < end);'],
      {
        stdio: 'ignore',
      },
    ),
  );
  return () => {
    for (const hog of hogs) hog.kill('SIGKILL');
  };
};

/** Returns true for the exit code of a run that ended with a verdict. */
const hasVerdict = (code: unknown): boolean =>
  [EXIT_CODES.passed, EXIT_CODES.failed, EXIT_CODES.inconclusive, EXIT_CODES.unreachable].some(
    (one) => one.code === code,
  );

/** @returns the output of a command that ends with a verdict */
const run = async (
  [command = '', ...args]: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<string> => {
  const running = exec(command, args, { env: { ...process.env, ...env }, maxBuffer: 64e6 });
  const { stdout } = await running.catch((error: { code: unknown; stdout: string }) => {
    if (hasVerdict(error.code)) return error;
    throw error;
  });
  return stdout;
};

interface Case {
  server: BusyServer;
  hogs: number;
  repeat: number;
}

const recordOf = ({ server, hogs, repeat }: Case): string =>
  join(values.records, `${server.replaceAll(/\W+/g, '-')}-${hogs}-${repeat}`);

const PART = 'part-';

/** Runs and keeps the record, which appears under its name only when complete. */
const record = async (one: Case): Promise<void> => {
  const part = mkdtempSync(join(values.records, PART));
  try {
    await withServer(one.server, async ({ through, env }) => {
      const end = startHogs(one.hogs);
      try {
        const flags = [...LOAD, '--quiet', '--record', join(part, 'record')];
        await run([...through, process.execPath, PROGRAM, ...flags], env);
      } finally {
        end();
      }
    });
    renameSync(join(part, 'record'), recordOf(one));
  } finally {
    rmSync(part, { recursive: true, force: true });
  }
};

const nameOf = (reason: Reason): string => {
  switch (reason.code) {
    case 'generator_impaired':
      return reason.finding.code;
    case 'threshold_crossed':
      return `${reason.result.metric} crossed`;
    default:
      return reason.code;
  }
};

const judge = async (one: Case): Promise<Pick<BusyRun, 'after' | 'reasons'>> => {
  const summary = await readRecord(recordOf(one));
  const thresholds = resolveThresholds(summary.scenario, summary.scenario.thresholds);
  const { verdict, reasons } = decideVerdict(summary, thresholds);
  return { after: verdict, reasons: reasons.map(nameOf) };
};

const judgeBefore = async (checkout: string, one: Case): Promise<BusyVerdict> => {
  const report = ['report', recordOf(one), '--json'];
  const output = await run([process.execPath, join(checkout, PROGRAM), ...report]);
  return (JSON.parse(output) as { verdict: BusyVerdict }).verdict;
};

mkdirSync(values.records, { recursive: true });
// Folders of runs that were interrupted by the end of this program.
for (const name of readdirSync(values.records))
  if (name.startsWith(PART)) rmSync(join(values.records, name), { recursive: true });
const known = readBusyRuns(values.out);
const isSame = (a: Case, b: Case): boolean => recordOf(a) === recordOf(b);
const repeats = Array.from({ length: Number(values.repeats) }, (_, index) => index + 1);
const runs: BusyRun[] = [];
for (const repeat of repeats)
  for (const server of BUSY_SERVERS)
    for (const hogs of HOGS) {
      const one = { server, hogs, repeat };
      if (!existsSync(recordOf(one))) {
        if (values.judge) continue;
        await record(one);
        await sleep(500);
      }
      const old = known.find((other) => isSame(one, other))?.before ?? null;
      const before =
        old ?? (values.before === undefined ? null : await judgeBefore(values.before, one));
      const judged = await judge(one);
      runs.push({ ...one, before, ...judged });
      console.log(
        `${server}, ${hogs} programs, run ${repeat}: ${before ?? '–'} → ${judged.after} ${judged.reasons.join(', ')}`,
      );
    }

writeFileSync(values.out, `${JSON.stringify(runs, null, 2)}\n`);
console.log(table(BUSY_HEAD, busyRows(runs)));
const wrong = wronglyPassed(runs);
for (const { server, hogs, repeat } of wrong)
  console.error(`passed, and must not: server that ${server}, ${hogs} programs, run ${repeat}`);
process.exitCode = wrong.length > 0 ? 1 : 0;
