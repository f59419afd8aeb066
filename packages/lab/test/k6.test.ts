import { readFileSync } from 'node:fs';
import { mkdtemp, readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { execa } from 'execa';
import { RoomServiceClient } from 'livekit-server-sdk';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { readCommand } from '../../../scripts/docs/testing/shell-words.ts';
import { provideK6 } from '../src/provision/provision.ts';
import { generateCredentials } from '../src/server/credentials.ts';
import { type LiveKitServer, startLiveKit } from '../src/server/start-livekit.ts';

/**
 * Time limit of the first run, in which k6 is built, ms: half a minute on four idle cores, more
 * beside other builds.
 */
const BUILD_TIMEOUT_MS = 600_000;
const ABORTED = 108;
const THRESHOLDS_CROSSED = 99;

let k6: string;
let server: LiveKitServer;
let rooms: RoomServiceClient;
let dir: string;
beforeAll(async () => {
  k6 = (await provideK6()).path;
}, BUILD_TIMEOUT_MS);
beforeAll(async () => {
  server = await startServer();
  rooms = new RoomServiceClient(server.httpUrl, server.apiKey, server.apiSecret);
});
afterAll(() => server?.stop());
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'swarm-k6-'));
});

const startServer = async (): Promise<LiveKitServer> =>
  startLiveKit({
    dir: await mkdtemp(join(tmpdir(), 'swarm-k6-server-')),
    config: { room: { departure_timeout: 1 } },
  });

const access = ({
  url,
  apiKey,
  apiSecret,
}: Pick<LiveKitServer, 'url' | 'apiKey' | 'apiSecret'>) => ({
  LIVEKIT_URL: url,
  LIVEKIT_API_KEY: apiKey,
  LIVEKIT_API_SECRET: apiSecret,
});

interface Metric {
  count?: number;
  value?: number;
  passes?: number;
  max?: number;
  /** Thresholds of the metric; true: crossed. */
  thresholds?: Record<string, boolean>;
}

/** Runs a script and returns the final output of k6 as its users read it. */
const runScript = async (script: string, env: Record<string, string>) => {
  const summaryFile = join(dir, 'summary.json');
  const samplesFile = join(dir, 'samples.json');
  const path = fileURLToPath(new URL(`../../../scenarios/k6/${script}`, import.meta.url));
  const flags = [
    '--quiet',
    '--no-usage-report',
    '--address=',
    `--summary-export=${summaryFile}`,
    `--out=json=${samplesFile}`,
  ];
  const { exitCode, all } = await execa(k6, ['run', ...flags, path], {
    env: { HOME: dir, ...env },
    extendEnv: false,
    all: true,
    reject: false,
    stdin: 'ignore',
    timeout: 100_000,
  });
  const read = (file: string): Promise<string> => readFile(file, 'utf8').catch(() => '');
  const [summary, samples] = [await read(summaryFile), await read(samplesFile)];
  const metrics: Record<string, Metric> = summary === '' ? {} : JSON.parse(summary).metrics;
  const crossed = Object.entries(metrics).flatMap(([name, { thresholds = {} }]) =>
    Object.entries(thresholds).flatMap(([threshold, isCrossed]) =>
      isCrossed ? [`${name}: ${threshold}`] : [],
    ),
  );
  const reasons = new Set(
    samples
      .split('\n')
      .flatMap((line): string[] => (line === '' ? [] : (JSON.parse(line).data?.tags?.reason ?? [])))
      .filter(Boolean),
  );
  return {
    exitCode,
    output: all,
    metrics,
    crossed,
    reasons: [...reasons].sort(),
    written: all + summary + samples,
  };
};

const everybodyIsGone = async (withinMs: number): Promise<boolean> => {
  const deadline = performance.now() + withinMs;
  while ((await rooms.listRooms()).length > 0) {
    if (performance.now() > deadline) return false;
    await sleep(200);
  }
  return true;
};

describe.each([
  ['churn.js', { RATE: '10', DURATION: '4s', STAY: '500ms-2s', ROOMS: '5' }, 40],
  ['join-storm.js', { RATE: '20', DURATION: '4s', STAY: '1s', ROOMS: '3' }, 53],
  ['join-storm.js', { STAGES: '1s:5,2s:30', STAY: '500ms', ROOMS: '40' }, 40],
])('%s with %o', (script, env, expected) => {
  test('all participants join, stay and leave, and nothing is left on the server', async () => {
    const closedBefore = (await reasonsOfClosing()).length;
    const watching = new AbortController();
    const most = watchRooms(watching.signal);
    const { exitCode, output, metrics, crossed, reasons, written } = await runScript(script, {
      ...access(server),
      ...env,
    });
    watching.abort();
    expect(exitCode, output).toBe(0);
    expect(crossed).toEqual([]);
    expect(reasons).toEqual([]);
    const {
      livekit_signal_joins,
      livekit_signal_join_failures,
      livekit_signal_losses,
      livekit_signal_join_time,
    } = metrics;
    // The expected number is the area under the rate, except for joins at the edges of a stage.
    expect(Math.abs((livekit_signal_joins?.count ?? 0) - expected)).toBeLessThanOrEqual(3);
    expect(livekit_signal_join_failures?.value).toBe(0);
    expect(livekit_signal_losses?.value).toBe(0);
    expect(livekit_signal_join_time?.max).toBeGreaterThan(0);
    expect(metrics.iterations?.count).toBe(livekit_signal_joins?.count);
    expect((await most).rooms).toBeGreaterThan(0);
    expect((await most).rooms).toBeLessThanOrEqual(Number(env.ROOMS));
    expect(written).not.toContain(server.apiSecret);
    expect(written).not.toContain('eyJ');
    expect(await everybodyIsGone(10_000)).toBe(true);
    const closed = (await reasonsOfClosing()).slice(closedBefore);
    expect(closed).toEqual(
      Array.from({ length: livekit_signal_joins?.count ?? 0 }, () => 'CLIENT_REQUEST_LEAVE'),
    );
  });
});

/** Reasons of leaving as the server logs them: a leave request differs from a closed connection. */
const reasonsOfClosing = async (): Promise<string[]> =>
  (await readFile(server.logFile, 'utf8'))
    .split('\n')
    .flatMap((line) =>
      line.includes('"participant closing"') ? [String(JSON.parse(line).reason)] : [],
    );

/** Largest number of rooms that existed at the same time. */
const watchRooms = async (signal: AbortSignal): Promise<{ rooms: number }> => {
  let most = 0;
  while (!signal.aborted) {
    most = Math.max(most, (await rooms.listRooms()).length);
    await sleep(200);
  }
  return { rooms: most };
};

describe('the command lines of its README', () => {
  const root = fileURLToPath(new URL('../../../', import.meta.url));
  const readme = readFileSync(join(root, 'scenarios/k6/README.md'), 'utf8');
  const lines = (/```sh\n([\s\S]*?)```/.exec(readme)?.[1] ?? '')
    .split('\n')
    .filter((line) => line.includes('"$k6" run'));

  test('are found', () => {
    expect(lines.length).toBeGreaterThan(3);
  });

  test.each(lines)('%s', async (line) => {
    const { env, words } = readCommand(line);
    const script = words.at(-1) ?? '';
    const { exitCode, all } = await execa(
      k6,
      ['inspect', '--include-system-env-vars', join(root, script)],
      {
        env: { HOME: dir, ...access(server), ...env },
        extendEnv: false,
        all: true,
        reject: false,
      },
    );
    expect(exitCode, all).toBe(0);
    expect(all).toMatch(/"executor": "(constant|ramping)-arrival-rate"/);
    expect(all).not.toContain(server.apiSecret);
  });
});

describe('failures', () => {
  const few = { RATE: '5', DURATION: '2s', STAY: '1s', ROOMS: '2' };

  test.each(['churn.js', 'join-storm.js'])(
    '%s: a wrong key is 99, with the reason and without the secret',
    async (script) => {
      const wrong = { ...generateCredentials(), url: server.url };
      const { exitCode, crossed, reasons, metrics, output, written } = await runScript(script, {
        ...access(wrong),
        ...few,
      });
      expect(exitCode, output).toBe(THRESHOLDS_CROSSED);
      expect(crossed).toEqual(
        expect.arrayContaining([
          'livekit_signal_joins: count>0',
          'livekit_signal_join_failures: rate<0.01',
        ]),
      );
      expect(reasons).toEqual(['unauthorized']);
      expect(metrics.livekit_signal_join_failures?.value).toBe(1);
      expect(output).toMatch(/unauthorized: ws:\/\/127\.0\.0\.1:\d+ answered HTTP 401/);
      expect(written).not.toContain(wrong.apiSecret);
      expect(written).not.toContain('eyJ');
    },
  );

  test('a missing server gives exit code 99, with the reason', async () => {
    const { exitCode, reasons } = await runScript('churn.js', {
      ...access({ ...server, url: 'ws://127.0.0.1:9' }),
      ...few,
    });
    expect(exitCode).toBe(THRESHOLDS_CROSSED);
    expect(reasons).toEqual(['unreachable']);
  });

  test('participants of a server that dies are disconnected', async () => {
    await using doomed = await startServer();
    const running = runScript('churn.js', {
      ...access(doomed),
      RATE: '5',
      DURATION: '6s',
      STAY: '10s',
      ROOMS: '2',
    });
    const { httpUrl, apiKey, apiSecret } = doomed;
    const client = new RoomServiceClient(httpUrl, apiKey, apiSecret);
    const connected = async (): Promise<number> =>
      (await client.listRooms()).reduce((sum, room) => sum + room.numParticipants, 0);
    await expect.poll(connected).toBeGreaterThan(3);
    process.kill(doomed.pid, 'SIGKILL');
    const { exitCode, crossed, reasons } = await running;
    expect(exitCode).toBe(THRESHOLDS_CROSSED);
    expect(crossed).toContain('livekit_signal_losses: rate<0.01');
    expect(reasons).toEqual(['signal_closed', 'unreachable']);
  });

  test.each([
    [{ LIVEKIT_API_SECRET: '' }, 'LIVEKIT_API_SECRET is not set'],
    [{ STAY: '2m' }, 'STAY: \\"2m\\" is longer than 55s'],
    [{ RATE: '1.5' }, 'RATE: \\"1.5\\" is not a whole number'],
  ])('%o is rejected before the first join', async (env, sentence) => {
    const { exitCode, output, metrics } = await runScript('churn.js', {
      ...access(server),
      ...few,
      ...env,
    });
    expect(exitCode).toBe(ABORTED);
    expect(output).toContain(sentence);
    expect(output).not.toContain(server.apiSecret);
    expect(metrics).toEqual({});
  });
});
