import type { EventLine, ParticipantLine, RecordLine } from '@livekit-swarm/record';
import { specOf } from '@livekit-swarm/testkit/load-spec';
import { decodeTraceRequest, type OtlpSpan } from '@livekit-swarm/testkit/otlp-spans';
import { recordOf } from '@livekit-swarm/testkit/record-of';
import { describe, expect, it } from 'vitest';
import { readTraceSettings } from './trace-settings.ts';
import { createTraceSource, tracesProtocol } from './traces-output.ts';

const ZERO = 1_795_242_948_992;
const RUN = { testid: 'k3x9h', startedAtMs: ZERO };

const DEPLOYMENT: RecordLine = {
  type: 'deployment',
  at: -100,
  url: 'wss://livekit.example.com',
  embedded: false,
  serverVersion: null,
  nodes: [],
};
const event = (
  name: EventLine['event'],
  at: number,
  details: Partial<EventLine> = {},
): EventLine => ({
  type: 'event',
  at,
  event: name,
  identity: 'p1',
  group: 'load',
  room: 'swarm-1',
  role: 'caller',
  ...details,
});
const result = (details: Partial<ParticipantLine>): ParticipantLine => ({
  ...{ type: 'participant', at: 9_000, shard: 0, identity: 'p1', group: 'load', room: 'swarm-1' },
  ...{ role: 'caller', joinAtMs: 500, leaveAtMs: 9_000, outcome: 'left', reason: null },
  ...{ joinTimeMs: null, resumes: 0, reconnects: 0, expectedTracks: { audio: 0, video: 0 } },
  tracks: [],
  ...details,
});
const PHASES = { started: 10, token: 60, signal: 160, ice: 1_160, dtls: 1_260, joined: 1_300 };

const sent = (lines: readonly RecordLine[], env: Record<string, string> = {}) => {
  const source = createTraceSource(readTraceSettings(null, env), '0.1.0', RUN);
  const requests = [
    ...[DEPLOYMENT, ...lines].flatMap((line) => source.add(line)),
    ...source.take(0),
  ];
  return requests.map(({ body, items }) => ({ items, ...decodeTraceRequest(body) }));
};
const spansOf = (...parameters: Parameters<typeof sent>): OtlpSpan[] =>
  sent(...parameters).flatMap(({ spans }) => spans);
/** Names of spans with begin and end, ms after the start of the run. */
const timesOf = (spans: readonly OtlpSpan[]) =>
  Object.fromEntries(
    spans.map(({ name, startMs, endMs }) => [name, [startMs - ZERO, endMs - ZERO].map(Math.round)]),
  );

describe('the trace of a join', () => {
  const spans = spansOf([
    event('joined', 1_800, {
      phases: PHASES,
      attempt: 1,
      node: 'ND_1',
      region: 'eu-central',
      serverVersion: '1.13.5',
      addressFamily: 4,
      selectedPair: {
        path: 'direct',
        localCandidate: 'host',
        remoteCandidate: 'prflx',
        protocol: 'udp',
      },
    }),
    event('first_media', 2_000, { durationMs: 1_500 }),
    event('first_media', 2_500),
  ]);
  const root = spans.find(({ name }) => name === 'join');

  it('has a span for each step, as long as in the record', () => {
    expect(timesOf(spans)).toEqual({
      join: [500, 1_800],
      token: [510, 560],
      signal: [560, 660],
      ice: [660, 1_660],
      dtls: [1_660, 1_760],
      publish: [1_760, 1_800],
      first_media: [1_760, 2_000],
    });
    expect(spans).toHaveLength(7);
  });

  it('is one trace with one root', () => {
    expect(new Set(spans.map(({ traceId }) => traceId))).toEqual(new Set([root?.traceId]));
    expect(root?.traceId).toMatch(/^[0-9a-f]{32}$/);
    expect(root?.parentId).toBe('');
    for (const span of spans) if (span !== root) expect(span.parentId).toBe(root?.spanId);
    expect(new Set(spans.map(({ spanId }) => spanId)).size).toBe(spans.length);
  });

  it('has attributes by the semantic conventions, and those of LiveKit', () => {
    expect(root).toMatchObject({ kind: 'client', status: 'unset' });
    expect(root?.attributes).toEqual({
      testid: 'k3x9h',
      'server.address': 'livekit.example.com',
      'server.port': '443',
      'livekit.room.name': 'swarm-1',
      'livekit.participant.identity': 'p1',
      'livekit.node.id': 'ND_1',
      'livekit.region': 'eu-central',
      'livekit.server.version': '1.13.5',
      'livekit_swarm.group': 'load',
      'livekit_swarm.role': 'caller',
      'livekit_swarm.attempts': '1',
      'livekit_swarm.kept': 'share',
    });
    expect(spans.find(({ name }) => name === 'ice')?.attributes).toEqual({
      'network.type': 'ipv4',
      'network.transport': 'udp',
      'livekit_swarm.path': 'direct',
      'livekit_swarm.candidate.local': 'host',
      'livekit_swarm.candidate.remote': 'prflx',
    });
  });

  it('has no span for a step that the engine does not report', () => {
    // Engine rtc reports none but the join itself; a WHIP client has no DTLS of its own.
    expect(
      timesOf(spansOf([event('joined', 900, { phases: { started: 0, joined: 400 } })])),
    ).toEqual({ join: [500, 900] });
    const stream = { started: 0, signal: 100, ice: 250, joined: 260 };
    expect(timesOf(spansOf([event('joined', 760, { phases: stream })]))).toEqual({
      join: [500, 760],
      signal: [500, 600],
      ice: [600, 750],
      publish: [750, 760],
    });
    // The begin of ICE is not known without the end of signalling.
    const late = { started: 0, ice: 250, dtls: 300, joined: 310 };
    expect(Object.keys(timesOf(spansOf([event('joined', 810, { phases: late })])))).toEqual([
      'join',
      'dtls',
      'publish',
    ]);
  });

  it('has media that arrived before own tracks were acknowledged', () => {
    expect(
      timesOf(spansOf([event('first_media', 1_790), event('joined', 1_800, { phases: PHASES })])),
    ).toMatchObject({ first_media: [1_760, 1_790] });
  });

  it('shows failed attempts as events, and their time as a span', () => {
    const phases = { started: 1_000, signal: 1_100, ice: 1_150, dtls: 1_200, joined: 1_300 };
    const retried = spansOf([
      event('join_retry', 1_200, {
        attempt: 1,
        durationMs: 700,
        reason: 'ice_timeout',
        message: 'm',
      }),
      event('joined', 1_800, { phases, attempt: 2 }),
    ]);
    expect(timesOf(retried)).toMatchObject({
      earlier_attempts: [500, 1_500],
      signal: [1_500, 1_600],
    });
    expect(retried[0]).toMatchObject({
      attributes: { 'livekit_swarm.kept': 'retried', 'livekit_swarm.attempts': '2' },
      events: [
        {
          name: 'join_retry',
          atMs: ZERO + 1_200,
          attributes: {
            'livekit_swarm.attempt': '1',
            'error.type': 'ice_timeout',
            'error.message': 'm',
          },
        },
      ],
    });
  });

  it('has the reason of a failure as its status', () => {
    const failed = spansOf([
      event('join_failed', 700, {
        durationMs: 200,
        reason: 'unauthorized',
        message: 'no permission',
      }),
      result({ outcome: 'join_failed', reason: 'unauthorized' }),
    ]);
    expect(timesOf(failed)).toEqual({ join: [500, 700] });
    expect(failed[0]).toMatchObject({
      status: 'error',
      statusMessage: 'no permission',
      attributes: { 'error.type': 'unauthorized', 'livekit_swarm.kept': 'failed' },
    });
  });

  it('ends with the participant, if the join had not ended before', () => {
    const cut = spansOf([result({ outcome: 'join_failed', reason: 'left_while_joining' })]);
    expect(timesOf(cut)).toEqual({ join: [500, 9_000] });
    expect(cut[0]?.attributes).toMatchObject({ 'error.type': 'left_while_joining' });
  });
});

describe('the trace of a participant that left while it joined', () => {
  const END = 20_000;
  const header = recordOf(
    specOf({ rooms: 1, participants: 2, publish: ['audio'], durationMs: END }),
    1,
  ).flatMap((line) =>
    line.type === 'header' ? [{ ...line, plan: { ...line.plan, endAtMs: END } }] : [],
  );
  const leftAt = (at: number, leaveAtMs: number, reason = 'left_while_joining') => [
    ...header,
    result({ outcome: 'join_failed', joinAtMs: 500, at, leaveAtMs, reason }),
  ];

  it.each([
    ['as planned, within five seconds', leftAt(2_500, 2_500)],
    ['before its time, as the run was cut short', leftAt(8_000, END)],
  ])('%s, does not fail, and names the reason', (_, lines) => {
    const [join, ...others] = spansOf(lines);
    expect(others).toEqual([]);
    expect(join).toMatchObject({
      name: 'join',
      status: 'unset',
      attributes: { 'livekit_swarm.reason': 'left_while_joining', 'livekit_swarm.kept': 'share' },
    });
    expect(join?.attributes).not.toHaveProperty('error.type');
  });

  it.each([
    ['after more than five seconds', leftAt(9_000, 9_000), 'left_while_joining'],
    ['at the end of the run', leftAt(END, END), 'left_while_joining'],
    ['after an attempt that failed', leftAt(2_500, 2_500, 'ice_timeout'), 'ice_timeout'],
  ])('%s, is a failure', (_, lines, reason) => {
    expect(spansOf(lines)).toMatchObject([
      { status: 'error', attributes: { 'error.type': reason, 'livekit_swarm.kept': 'failed' } },
    ]);
  });

  it('is sampled as one that was neither slow nor failed', () => {
    expect(
      spansOf(leftAt(8_000, END), {
        OTEL_TRACES_SAMPLER: 'traceidratio',
        OTEL_TRACES_SAMPLER_ARG: '0',
      }),
    ).toEqual([]);
  });
});

describe('the trace of a participant whose worker ended', () => {
  const died = { outcome: 'process_died', reason: 'process_died', at: 4_000 } as const;

  it('has its join until then, if it was joining', () => {
    const [join, ...others] = spansOf([result({ ...died, joinAtMs: 3_000 })]);
    expect(others).toEqual([]);
    expect(join).toMatchObject({ status: 'error', attributes: { 'error.type': 'process_died' } });
    expect(timesOf(join === undefined ? [] : [join])).toEqual({ join: [3_000, 4_000] });
  });

  it('does not exist, if its join was scheduled for later', () => {
    expect(spansOf([result({ ...died, joinAtMs: 60_000 })])).toEqual([]);
    expect(spansOf([result({ ...died, joinAtMs: 4_000 })])).toEqual([]);
  });
});

describe('the trace of a recovery', () => {
  const joined = event('joined', 1_800, { phases: PHASES });

  it.each([
    ['resumed', 'resume'],
    ['reconnected', 'reconnect'],
    ['rejoined', 'rejoin'],
  ] as const)('%s is one of its own, linked with the join', (name, span) => {
    const spans = spansOf([
      joined,
      event('signal_lost', 3_000, { reason: 'closed' }),
      event(name, 3_800, { durationMs: 800, attempt: 2, node: 'ND_2' }),
    ]);
    const recovery = spans.find((one) => one.name === span);
    const root = spans.find((one) => one.name === 'join');
    expect(timesOf(spans)).toMatchObject({ [span]: [3_000, 3_800] });
    expect(recovery?.traceId).not.toBe(root?.traceId);
    expect(recovery).toMatchObject({
      parentId: '',
      links: [root?.traceId],
      attributes: { 'livekit.node.id': 'ND_2', 'livekit_swarm.attempts': '2' },
      status: 'unset',
    });
  });

  it('begins with the first report of a loss', () => {
    const spans = spansOf([
      joined,
      event('signal_lost', 3_000),
      event('signal_lost', 5_000),
      event('disconnected', 9_000, { reason: 'reconnect_attempts_exhausted' }),
      event('rejoined', 9_500, { durationMs: 6_500 }),
      event('signal_lost', 12_000),
      event('disconnected', 13_000),
    ]);
    const recoveries = spans.filter(({ name }) => /^re(connect|join)$/.test(name));
    expect(recoveries.map((span) => timesOf([span]))).toEqual([
      { reconnect: [3_000, 9_000] },
      { rejoin: [3_000, 9_500] },
      { reconnect: [12_000, 13_000] },
    ]);
  });

  it('has the last 128 of its failed attempts, and the number of the others', () => {
    const retries = Array.from({ length: 300 }, (_, index) =>
      event('rejoin_retry', 4_000 + index, { attempt: index + 1, reason: 'unreachable' }),
    );
    const rejoins = spansOf([
      joined,
      ...retries,
      event('rejoined', 5_000, { durationMs: 2_000, attempt: 301 }),
      event('rejoin_retry', 8_000, { attempt: 1, reason: 'unreachable' }),
      event('rejoined', 9_000, { durationMs: 2_000, attempt: 2 }),
    ]).filter(({ name }) => name === 'rejoin');
    expect(rejoins.map(({ events, droppedEvents }) => [events.length, droppedEvents])).toEqual([
      [128, 172],
      [1, 0],
    ]);
    expect(rejoins[0]?.events.map(({ attributes }) => attributes['livekit_swarm.attempt'])).toEqual(
      Array.from({ length: 128 }, (_, index) => String(173 + index)),
    );
  });

  it('that failed has the reason, and one that was not needed has none', () => {
    const lost = spansOf([
      joined,
      event('signal_lost', 3_000),
      event('disconnected', 43_000, { reason: 'reconnect_attempts_exhausted' }),
    ]);
    expect(lost.at(-1)).toMatchObject({
      name: 'reconnect',
      status: 'error',
      attributes: { 'error.type': 'reconnect_attempts_exhausted' },
    });
    const removed = spansOf([joined, event('disconnected', 3_000, { reason: 'room_deleted' })]);
    expect(removed.map(({ name }) => name)).not.toContain('reconnect');
  });
});

describe('sampling', () => {
  const NONE = { OTEL_TRACES_SAMPLER: 'traceidratio', OTEL_TRACES_SAMPLER_ARG: '0' };
  const joinOf = (index: number, phases = PHASES) =>
    event('joined', 500 + phases.joined, { identity: `p${index}`, phases });

  it('keeps failed and slow joins, whatever the share', () => {
    const slow = { ...PHASES, joined: 2_000 };
    const spans = spansOf(
      [
        joinOf(1),
        joinOf(2, slow),
        event('join_failed', 700, { identity: 'p3', durationMs: 200, reason: 'server_full' }),
        event('first_media', 2_000, { identity: 'p1' }),
        event('first_media', 2_600, { identity: 'p2' }),
      ],
      NONE,
    );
    const kept = spans.map(({ name, attributes }) => [
      name,
      attributes['livekit.participant.identity'],
      attributes['livekit_swarm.kept'],
    ]);
    expect(kept.filter(([name]) => name === 'join')).toEqual([
      ['join', 'p2', 'slow'],
      ['join', 'p3', 'failed'],
    ]);
    expect(spans.filter(({ name }) => name === 'first_media')).toHaveLength(1);
  });

  it('follows the limit of slow joins', () => {
    expect(spansOf([joinOf(1)], { ...NONE, SWARM_TRACES_SLOW_JOIN: '1300ms' })[0]).toMatchObject({
      attributes: { 'livekit_swarm.kept': 'slow' },
    });
  });

  it('keeps the share of the others', () => {
    const lines = Array.from({ length: 2_000 }, (_, index) => joinOf(index));
    const env = {
      OTEL_TRACES_SAMPLER: 'parentbased_traceidratio',
      OTEL_TRACES_SAMPLER_ARG: '0.25',
    };
    const roots = spansOf(lines, env).filter(({ name }) => name === 'join');
    // Ten standard deviations of a binomial distribution around 500.
    expect(Math.abs(roots.length - 500)).toBeLessThan(194);
  });
});

describe('requests', () => {
  it('have no more spans than a batch and the trace that completes it, and count them', () => {
    const lines = Array.from({ length: 100 }, (_, index) =>
      event('joined', 1_800, { identity: `p${index}`, phases: PHASES }),
    );
    const requests = sent(lines, { OTEL_BSP_MAX_EXPORT_BATCH_SIZE: '60' });
    expect(requests.map(({ items }) => items)).toEqual([...Array(10).fill(60)]);
    expect(requests.every(({ items, spans }) => items === spans.length)).toBe(true);
    expect(requests[0]?.resource).toMatchObject({ 'service.name': 'livekit-swarm' });
  });

  it('report the number of spans that a receiver rejected', () => {
    const protocol = tracesProtocol(readTraceSettings(null, {}));
    // partial_success { rejected_spans: 3, error_message: "old" }
    const answer = Buffer.from([0x0a, 0x07, 0x08, 0x03, 0x12, 0x03, 0x6f, 0x6c, 0x64]);
    expect(protocol.partialRejection?.(answer)).toEqual({
      rejected: 3,
      why: '3 spans rejected: old',
    });
  });
});

describe('settings of traces', () => {
  it('are those of OpenTelemetry, with the variables of traces before those of all signals', () => {
    const { endpoint, ...settings } = readTraceSettings(null, {
      OTEL_EXPORTER_OTLP_ENDPOINT: 'https://otel.example.com',
      OTEL_EXPORTER_OTLP_HEADERS: 'authorization=one',
      OTEL_EXPORTER_OTLP_TRACES_HEADERS: 'authorization=two',
      OTEL_EXPORTER_OTLP_METRICS_HEADERS: 'authorization=three',
      OTEL_EXPORTER_OTLP_TRACES_PROTOCOL: 'http/json',
      OTEL_BSP_SCHEDULE_DELAY: '1000',
      OTEL_BSP_MAX_QUEUE_SIZE: '100',
    });
    expect(endpoint.url.href).toBe('https://otel.example.com/v1/traces');
    expect(endpoint.headers).toEqual({ authorization: 'two' });
    expect(settings).toEqual({
      encoding: 'json',
      resource: {},
      sampling: { share: 1, slowMs: 2_000 },
      intervalMs: 1_000,
      batch: 100,
      queue: 100,
    });
    expect(
      readTraceSettings(null, {
        OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: 'https://traces.example.com/own',
      }).endpoint.url.href,
    ).toBe('https://traces.example.com/own');
  });

  it.each<[string | null, Record<string, string>, RegExp]>([
    ['nonsense', {}, /--out otlp-traces: not a URL/],
    [
      null,
      { OTEL_TRACES_SAMPLER: 'always_off' },
      /OTEL_TRACES_SAMPLER=always_off: is not supported/,
    ],
    [
      null,
      { OTEL_TRACES_SAMPLER: 'traceidratio', OTEL_TRACES_SAMPLER_ARG: '1.5' },
      /OTEL_TRACES_SAMPLER_ARG=1.5: must be a share/,
    ],
    [
      null,
      { OTEL_TRACES_SAMPLER: 'traceidratio', OTEL_TRACES_SAMPLER_ARG: '10%' },
      /OTEL_TRACES_SAMPLER_ARG=10%: must be a share/,
    ],
    [
      null,
      { SWARM_TRACES_SLOW_JOIN: '-1s' },
      /^SWARM_TRACES_SLOW_JOIN=-1s: cannot be read as a duration; write a number and ms, s, m or h/,
    ],
    [
      null,
      { SWARM_TRACES_SLOW_JOIN: '2' },
      /^SWARM_TRACES_SLOW_JOIN=2: cannot be read as a duration; write 2s$/,
    ],
    [
      null,
      { SWARM_TRACES_SLOW_JOIN: '2h' },
      /^SWARM_TRACES_SLOW_JOIN=2h: must be from 0ms to 1h; leave it out for 2s$/,
    ],
    [null, { SWARM_TRACES_SLOW_JOIN: ' ' }, /^SWARM_TRACES_SLOW_JOIN is set but empty/],
    [null, { OTEL_BSP_MAX_QUEUE_SIZE: '0' }, /OTEL_BSP_MAX_QUEUE_SIZE=0: must be a whole number/],
    [null, { OTEL_EXPORTER_OTLP_TRACES_PROTOCOL: 'grpc' }, /use http\/protobuf/],
  ])('refuses %j %j', (url, env, message) => {
    let error: unknown;
    try {
      readTraceSettings(url, env);
    } catch (thrown) {
      error = thrown;
    }
    const { message: text = '', hint = '' } = error as { message?: string; hint?: string };
    expect(`${text}; ${hint}`).toMatch(message);
  });
});
