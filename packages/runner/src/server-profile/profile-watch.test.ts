import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import type { Measured, SourcedThreshold } from '@livekit-swarm/analysis';
import { MetricSet, parseThreshold } from '@livekit-swarm/metrics';
import type { RecordLine } from '@livekit-swarm/record';
import { afterEach, expect, test } from 'vitest';
import { watchProfiles } from './profile-watch.ts';

const asked: string[] = [];
let server: Server | null = null;
afterEach(async () => {
  asked.length = 0;
  server?.closeAllConnections();
  await new Promise<unknown>((resolve) =>
    server === null ? resolve(null) : server.close(resolve),
  );
  server = null;
});

/** Answers with a text, as a program does that has no profiler. */
const addressOf = async (status: number): Promise<string> => {
  const listening = createServer((request, response) => {
    asked.push(request.url ?? '');
    response.writeHead(status).end('no profile');
  });
  server = listening;
  await new Promise<void>((resolve) => listening.listen(0, '127.0.0.1', resolve));
  return `http://user:hunter2@127.0.0.1:${(listening.address() as AddressInfo).port}`;
};

interface Watched {
  watch: ReturnType<typeof watchProfiles>;
  lines: RecordLine[];
  /** Checks once a second, with that loss of packets in percent, from a second on. */
  seconds(from: number, losses: readonly number[]): void;
}

const watched = (url: string, endAtMs: number): Watched => {
  const lines: RecordLine[] = [];
  let lost = 0;
  let now = 0;
  const interimSummary = (): Measured => {
    const metrics = new MetricSet();
    metrics.rate('packet_loss', {}, lost, 100);
    return { metrics, windows: [] };
  };
  const thresholds: SourcedThreshold[] = [
    { threshold: parseThreshold('packet_loss: rate<0.02'), source: 'user' },
  ];
  const watch = watchProfiles(
    {
      plan: { endAtMs },
      record: { dir: tmpdir() },
      server: { sources: [], settleMs: 0, profilers: [{ node: 'sfu', url }] },
      stop: new AbortController().signal,
    },
    thresholds,
    { append: (line) => lines.push(line), elapsedMs: () => now, interimSummary },
  );
  return {
    watch,
    lines,
    seconds: (from, losses) => {
      for (const [index, loss] of losses.entries()) {
        [now, lost] = [1_000 * (from + index), loss];
        watch.check();
      }
    },
  };
};

test('a node is asked once, when a limit has been crossed for three seconds', async () => {
  const { watch, lines, seconds } = watched(await addressOf(404), 60_000);
  seconds(0, [0, 3, 3, 0, 3, 3, 3]);
  await watch.settled();
  expect(asked).toEqual([]);
  seconds(7, [3, 3, 3, 3, 3]);
  await watch.settled();
  expect(asked).toEqual(['/debug/pprof/profile?seconds=10']);
  expect(lines).toMatchObject([{ type: 'server_profile', node: 'sfu', durationMs: 0 }]);
});

test.each([
  [404, 'answers with HTTP 404: livekit-server serves profiles on debug_handler.port'],
  [200, 'the answer is not a CPU profile of Go'],
  [401, 'refuses the credentials'],
])('HTTP %i is stated, without the password', async (status, message) => {
  const { watch, lines } = watched(await addressOf(status), 60_000);
  await watch.complete();
  expect(lines).toMatchObject([{ message: expect.stringContaining(message), frames: [] }]);
  expect(JSON.stringify(lines)).not.toContain('hunter2');
});

test('no profile is taken that would outlast the run', async () => {
  const address = await addressOf(404);
  const late = watched(address, 8_000);
  late.seconds(2, [3, 3, 3, 3]);
  await late.watch.settled();
  expect(asked).toEqual([]);
  expect(late.lines).toMatchObject([{ message: expect.stringMatching(/2 seconds before/) }]);
  const shorter = watched(address, 12_000);
  shorter.seconds(2, [3, 3, 3, 3]);
  await shorter.watch.settled();
  expect(asked).toEqual(['/debug/pprof/profile?seconds=6']);
});
