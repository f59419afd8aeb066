/**
 * `node bench/busy-verdicts.ts [--repeats 20] [--out FILE] [--before CHECKOUT]`: what runs of 20 rooms come to on a host with 0, 1, 2 and 4 programs that use all the CPU they
 * get, with a healthy server, one that loses 2 % of packets, and one whose answers take 3 s. With `--before`, another checkout judges the same records. Every run
 * is added to FILE at once; what is in it already is not run again. The last lines are a Markdown table
 * for docs/planted-faults.md: passed / inconclusive / failed. Linux, root, nftables; about 15 s a run.
 */
import { execFile, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Transform } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs, promisify } from 'node:util';
import { startLiveKit } from '@livekit-swarm/lab';
import { holdTable } from '@livekit-swarm/testkit/nft';
import {
  BUSY_VERDICTS,
  type BusyRun,
  type BusyServer,
  busyRows,
  readBusyRuns,
} from './busy-runs.ts';
import { openHosts } from './namespaces.ts';

const exec = promisify(execFile);

const { values } = parseArgs({
  options: {
    repeats: { type: 'string', default: '20' },
    out: { type: 'string', default: BUSY_VERDICTS },
    before: { type: 'string' },
  },
});

const HOGS = [0, 1, 2, 4];
const SERVERS: readonly BusyServer[] = ['healthy', 'loses 2 %', 'answers after 3 s'];
/** Retransmissions repair most of a loss of 2 %: it shows before recovery. */
const LOSS = 'packet_loss_before_recovery: rate<0.01';
const LOAD = ['--rooms', '20', '--duration', '7s', '--threshold', LOSS];
const PROGRAM = 'packages/cli/src/main.ts';

interface Place {
  through: readonly string[];
  env: Readonly<Record<string, string>>;
}

/** A run whose server is like this. */
const withServer = async <T>(server: BusyServer, use: (place: Place) => Promise<T>): Promise<T> => {
  switch (server) {
    case 'healthy':
      return await use({ through: [], env: {} });
    case 'loses 2 %': {
      // The generator and its server are alone on the loopback interface of a namespace.
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
    case 'answers after 3 s': {
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

/** Passes on what clients send at once, and delays what the server sends. */
const slowProxy = async (port: number, ms: number): Promise<{ url: string } & AsyncDisposable> => {
  const proxy = createServer((client) => {
    const server = connect(port, '127.0.0.1');
    const late = new Transform({
      highWaterMark: 1_000_000,
      transform: (chunk, _, done) => {
        setTimeout(() => late.push(chunk), ms);
        done();
      },
      flush: (done) => void setTimeout(done, ms),
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

/** Programs that use a core each. They end after a minute, should this program be killed. */
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

interface Judged {
  verdict: BusyRun['after'];
  findings: string[];
}

/** Runs a program that prints a result, whatever its exit code. */
const judge = async (
  [command = '', ...args]: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<Judged> => {
  const run = exec(command, args, { env: { ...process.env, ...env }, maxBuffer: 64e6 });
  const { stdout } = await run.catch((error: { stdout: string }) => error);
  const { verdict, generator } = JSON.parse(stdout) as {
    verdict: BusyRun['after'];
    generator?: { findings: { code: string }[] };
  };
  return { verdict, findings: generator?.findings.map(({ code }) => code) ?? [] };
};

const runOnce = async (server: BusyServer, hogs: number, repeat: number): Promise<BusyRun> => {
  const dir = mkdtempSync(join(tmpdir(), 'swarm-bench-'));
  const record = join(dir, 'record');
  try {
    const after = await withServer(server, async ({ through, env }) => {
      const end = startHogs(hogs);
      try {
        const flags = [...LOAD, '--json', '--quiet', '--record', record];
        return await judge([...through, process.execPath, PROGRAM, ...flags], env);
      } finally {
        end();
      }
    });
    const before =
      values.before === undefined || !existsSync(record)
        ? null
        : await judge([
            ...[process.execPath, join(values.before, PROGRAM), 'report', record, '--json'],
          ]);
    return {
      ...{ server, hogs, repeat },
      ...{ before: before?.verdict ?? null, after: after.verdict, findings: after.findings },
    };
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
};

const runs = existsSync(values.out) ? readBusyRuns(values.out) : [];
for (let repeat = 1; repeat <= Number(values.repeats); repeat++)
  for (const server of SERVERS)
    for (const hogs of HOGS) {
      if (runs.some((one) => one.server === server && one.hogs === hogs && one.repeat === repeat))
        continue;
      const result = await runOnce(server, hogs, repeat);
      runs.push(result);
      // Complete at any time, so that the program can be ended and started again.
      writeFileSync(`${values.out}.part`, `${JSON.stringify(runs, null, 2)}\n`);
      renameSync(`${values.out}.part`, values.out);
      const { before, after, findings } = result;
      console.log(
        `${server}, ${hogs} hogs, run ${repeat}: ${before ?? '–'} → ${after} ${findings.join(', ')}`,
      );
      await sleep(500);
    }

console.log('| server | programs | runs | before | now |');
console.log('| --- | --- | --- | --- | --- |');
for (const row of busyRows(runs)) console.log(`| ${row.join(' | ')} |`);
