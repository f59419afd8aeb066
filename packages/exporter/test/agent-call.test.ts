/** Probes that call a voice agent: one that answers, one that is slow, one that is silent, and none. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ReferenceWorker } from '@livekit-swarm/agents';
import { type LiveKitServer, startLiveKit } from '@livekit-swarm/lab';
import { sumOf } from '@livekit-swarm/testkit/exposition';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Target } from '../src/config/target.ts';
import { type ProbeSettings, probeSettings } from '../src/sources/probes/config.ts';
import { expectNoRooms, type Probing, startProbing } from './support/probing.ts';

const AFTER_MS = 700;
const workers: ReferenceWorker[] = [];
const dir = mkdtempSync(join(tmpdir(), 'swarm-agent-call-'));
let server: LiveKitServer;
let probing: Probing;
let targets: Target[];
let modules: ProbeSettings['modules'];

const work = async (agentName: string, afterMs: number): Promise<void> => {
  const answers = { afterMs, lengthMs: 2_000, stopsAfterMs: 300 };
  workers.push(
    await ReferenceWorker.start({
      ...{ target: server, agentName, answers, maxJobs: 5 },
      onEvent: () => {},
    }),
  );
};

beforeAll(async () => {
  server = await startLiveKit({ dir });
  await work('reference', AFTER_MS);
  await work('mute', 60_000);
  const { url, apiKey, apiSecret } = server;
  const target = { name: 'lab', url, apiKey, apiSecret, nodes: [], redisUrl: null };
  targets = [{ ...target, isAllowedUrl: () => false }];
  ({ modules } = probeSettings({
    modules: {
      agent_call: { agent: 'reference' },
      slow: { kind: 'agent_call', agent: 'reference', limits: { response: 100 } },
      mute: { kind: 'agent_call', agent: 'mute', answerWithin: 3_000 },
      absent: { kind: 'agent_call', agent: 'absent', answerWithin: 3_000 },
    },
  }));
  probing = await startProbing(targets, { modules });
}, 60_000);
afterAll(async () => {
  await probing.exporter.stop();
  await Promise.all(workers.map((worker) => worker.close()));
  await server.stop();
  rmSync(dir, { recursive: true, force: true });
});

const reasonsOf = async (module: string): Promise<{ reasons: string[]; text: string }> => {
  const url = `${probing.exporter.url}/probe?target=lab&module=${module}&debug=true`;
  const text = await (await fetch(url)).text();
  const reasons = [...text.matchAll(/^livekit_swarm_probe_failure\{reason="(\w+)"\}/gm)];
  return { reasons: reasons.map(([, reason = '']) => reason), text };
};

it('an agent that answers is a success, with its times, and keeps no room', async () => {
  const { series, text } = await probing.ask('target=lab&module=agent_call');
  const figure = (name: string, labels: Record<string, string> = {}) =>
    sumOf(series, `livekit_swarm_probe_${name}`, { agent: 'reference', ...labels }) ?? Number.NaN;
  expect(sumOf(series, 'livekit_swarm_probe_success'), text).toBe(1);
  expect(figure('agent_success')).toBe(1);
  // The room is created with the agent, which may be there before the caller.
  expect(figure('agent_seconds', { phase: 'joined' })).toBeGreaterThanOrEqual(0);
  expect(figure('agent_seconds', { phase: 'ready' })).toBeGreaterThanOrEqual(
    figure('agent_seconds', { phase: 'joined' }),
  );
  // Its worker waits this long; a busy host adds to it, and never takes away more than a packet.
  expect(figure('agent_response_seconds')).toBeGreaterThan((AFTER_MS - 50) / 1_000);
  expect(series.filter(({ labels }) => labels.side === 'b')).toEqual([]);
  await expectNoRooms(server);
});

it('an agent that answers later than the limit is slow', async () => {
  const { reasons, text } = await reasonsOf('slow');
  expect(reasons, text).toEqual(['agent_slow']);
  expect(text).toMatch(/the agent answered after \d+ ms, more than 100/);
});

it('an agent that gives no answer is silent', async () => {
  const { reasons, text } = await reasonsOf('mute');
  expect(reasons, text).toEqual(['agent_silent']);
});

it('without a worker no agent joins, and the message has the state of the job', async () => {
  const { reasons, text } = await reasonsOf('absent');
  expect(reasons, text).toEqual(['agent_missing']);
  expect(text).toMatch(/no agent joined within 3000 ms: no worker took the job/);
});

it('a scheduled call is on /metrics', async () => {
  const schedule = [{ target: 'lab', module: 'agent_call', intervalMs: 20_000, perNode: false }];
  await using scheduled = await startProbing(targets, { modules, schedule });
  await expect
    .poll(
      async () =>
        sumOf((await scheduled.metrics()).series, 'livekit_swarm_probe_agent_success', {
          target: 'lab',
          module: 'agent_call',
        }),
      { timeout: 60_000, interval: 500 },
    )
    .toBe(1);
});
