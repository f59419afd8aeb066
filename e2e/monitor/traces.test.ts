/** Traces of joins: whole ones of a real run, and the step that the network made slow. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type LiveKitServer, startLiveKit } from '@livekit-swarm/lab';
import {
  type EventLine,
  type HeaderLine,
  type ParticipantLine,
  recordLines,
} from '@livekit-swarm/record';
import { type OtlpSpan, startOtlpReceiver } from '@livekit-swarm/testkit/otlp-receiver';
import { missing } from '@livekit-swarm/testkit/requirements';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { delayPackets } from '../support/delay-packets.ts';
import { runSwarm, scratch } from '../support/swarm.ts';

const LOAD = '--rooms 1 --participants 2 --publish audio --duration 6s --quiet'.split(' ');

const dir = mkdtempSync(join(tmpdir(), 'swarm-traces-'));
afterAll(() => rmSync(dir, { recursive: true, force: true }));

let server: LiveKitServer;
beforeAll(async () => {
  server = await startLiveKit({ dir: join(dir, 'server'), config: { region: 'eu-central' } });
});
afterAll(() => server?.stop());

const deployment = ({ url, apiKey, apiSecret }: LiveKitServer): Record<string, string> => ({
  LIVEKIT_URL: url,
  LIVEKIT_API_KEY: apiKey,
  LIVEKIT_API_SECRET: apiSecret,
});

/** Spans and events of a run, and the start of the run, Unix ms. */
const traced = async (
  args: readonly string[],
  env: Record<string, string> = {},
  target: LiveKitServer = server,
) => {
  await using receiver = await startOtlpReceiver();
  const record = join(scratch(), 'record');
  const outcome = await runSwarm(
    [...args, '--out', `otlp-traces=${receiver.url}`, '--record', record],
    { ...deployment(target), ...env },
  );
  const events: EventLine[] = [];
  const results: ParticipantLine[] = [];
  let header: HeaderLine | undefined;
  for await (const line of recordLines(record)) {
    if (line.type === 'event') events.push(line);
    if (line.type === 'participant') results.push(line);
    if (line.type === 'header') header = line;
  }
  const of = (name: EventLine['event']) => events.filter(({ event }) => event === name);
  const { requests } = receiver;
  expect(new Set(requests.map(({ path }) => path)), outcome.stderr).toEqual(
    new Set(['/v1/traces']),
  );
  return {
    outcome,
    of,
    results,
    zero: header?.startedAtMs ?? Number.NaN,
    spans: requests.flatMap(({ spans }) => spans),
  };
};

const lengthOf = ({ startMs, endMs }: OtlpSpan): number => endMs - startMs;
const named = (spans: readonly OtlpSpan[], name: string): OtlpSpan[] =>
  spans.filter((span) => span.name === name);

describe('traces of joins', () => {
  it('have the times of the record, and the server that it names', async () => {
    const { of, spans, zero } = await traced(LOAD);
    const joined = of('joined');
    const roots = named(spans, 'join');
    expect(joined).toHaveLength(2);
    expect(roots).toHaveLength(2);
    for (const { at, identity, phases, node, room, serverVersion } of joined) {
      const root = roots.find(
        ({ attributes }) => attributes['livekit.participant.identity'] === identity,
      );
      expect(root?.attributes).toMatchObject({
        'livekit.node.id': node,
        'livekit.region': 'eu-central',
        'livekit.room.name': room,
        'livekit.server.version': serverVersion,
        'server.address': '127.0.0.1',
        'server.port': String(server.ports.http),
      });
      const own = spans.filter(({ traceId }) => traceId === root?.traceId);
      // A join that was retried has `earlier_attempts`, too.
      expect(own.map(({ name }) => name)).toEqual(
        expect.arrayContaining(['join', 'signal', 'ice', 'dtls', 'publish', 'first_media']),
      );
      const endOf = (name: string) => (named(own, name)[0]?.endMs ?? Number.NaN) - zero;
      const from = at - (phases?.joined ?? Number.NaN);
      expect(endOf('join')).toBeCloseTo(at, 1);
      for (const step of ['signal', 'ice', 'dtls'] as const)
        expect(endOf(step)).toBeCloseTo(from + (phases?.[step] ?? Number.NaN), 1);
      const media = of('first_media').find((line) => line.identity === identity);
      expect(endOf('first_media')).toBeCloseTo(media?.at ?? Number.NaN, 1);
    }
  });

  it('of joins that the server refuses have its reason', async () => {
    const full = await startLiveKit({
      dir: join(dir, 'full'),
      config: { room: { max_participants: 1 } },
    });
    try {
      // Nothing but failed joins is sent, and those that were retried.
      const none = { OTEL_TRACES_SAMPLER: 'traceidratio', OTEL_TRACES_SAMPLER_ARG: '0' };
      const { results, spans } = await traced(
        LOAD,
        { ...none, SWARM_TRACES_SLOW_JOIN: '1h' },
        full,
      );
      const failed = results.find(({ joinTimeMs }) => joinTimeMs === null);
      const roots = named(spans, 'join');
      const refused = roots.find(({ status }) => status === 'error');
      for (const root of roots)
        if (root !== refused) expect(root.attributes['livekit_swarm.kept']).toBe('retried');
      expect(refused).toMatchObject({
        status: 'error',
        attributes: {
          'error.type': 'room_full',
          'livekit.participant.identity': failed?.identity,
          'livekit_swarm.kept': 'failed',
        },
      });
      expect(failed?.reason).toBe('room_full');
    } finally {
      await full.stop();
    }
  });

  it('of recoveries are their own, linked with the join', async () => {
    const file = join(scratch(), 'reconnect.yaml');
    writeFileSync(file, RECONNECT);
    const { of, spans } = await traced(['run', file, '--quiet']);
    const recovered = [...of('resumed'), ...of('reconnected')];
    const recoveries = spans.filter(({ links }) => links.length > 0);
    expect(recovered.length).toBeGreaterThan(0);
    expect(recoveries).toHaveLength(recovered.length);
    const roots = new Set(named(spans, 'join').map(({ traceId }) => traceId));
    for (const recovery of recoveries) {
      expect(recovery.name).toMatch(/^(resume|reconnect)$/);
      expect(roots.has(recovery.traceId)).toBe(false);
      expect(roots.has(recovery.links[0] ?? '')).toBe(true);
    }
    expect(Math.min(...recoveries.map(lengthOf))).toBeCloseTo(
      Math.min(...recovered.map(({ durationMs = Number.NaN }) => durationMs)),
      1,
    );
  });
});

const RECONNECT = `
scenario: reconnect
groups:
  calls:
    executor: constant-rooms
    rooms: 1
    duration: 5s
    roles:
      caller:
        count: 2
        publish: audio
        actions:
          - { do: simulate, at: 1s, simulate: full-reconnect }
`;

const noFilter = await missing('packet-filter');

describe.skipIf(noFilter !== null)('the trace of a slow join', () => {
  const DELAY_MS = 1_000;

  it.each(['ice', 'dtls'] as const)('names the step whose packets are late: %s', async (step) => {
    await using _late = await delayPackets(step, DELAY_MS, server.ports);
    // Of joins that are fast nothing is sent: the traces are those of slow ones.
    const { spans } = await traced([...LOAD, '--duration', '8s'], {
      OTEL_TRACES_SAMPLER: 'traceidratio',
      OTEL_TRACES_SAMPLER_ARG: '0',
      SWARM_TRACES_SLOW_JOIN: '1s',
    });
    const roots = named(spans, 'join');
    expect(roots).toHaveLength(2);
    for (const { traceId, attributes } of roots) {
      expect(attributes['livekit_swarm.kept'], attributes['error.type']).toMatch(
        /^(slow|retried)$/,
      );
      const steps = spans.filter(
        ({ name, traceId: trace }) =>
          trace === traceId && !['join', 'earlier_attempts', 'first_media'].includes(name),
      );
      const longest = steps.toSorted((a, b) => lengthOf(b) - lengthOf(a))[0];
      expect(longest?.name).toBe(step);
      expect(longest === undefined ? 0 : lengthOf(longest)).toBeGreaterThan(0.9 * DELAY_MS);
    }
  });
});
