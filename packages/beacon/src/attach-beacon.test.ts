import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { attachBeacon } from './attach-beacon.ts';
import type { BeaconBody } from './payload.ts';
import { fakeRoom } from './testing/fake-room.ts';

const URL = 'https://metrics.example.com/beacon';

/** Requests to the exporter, and its response. */
let posts: { body: BeaconBody; headers: Record<string, string> }[];
let answer: () => Response | Promise<Response>;
let beacons: BeaconBody[];
let page: EventTarget & { visibilityState: string };

beforeEach(() => {
  vi.useFakeTimers({
    toFake: ['setTimeout', 'clearTimeout', 'setInterval', 'clearInterval', 'performance'],
  });
  [posts, beacons] = [[], []];
  answer = () => new Response(null, { status: 204 });
  page = Object.assign(new EventTarget(), { visibilityState: 'visible' });
  vi.stubGlobal('document', page);
  vi.stubGlobal(
    'fetch',
    async (_: string, { body, headers }: { body: string; headers: Record<string, string> }) => {
      posts.push({ body: JSON.parse(body), headers });
      return answer();
    },
  );
  // Read synchronously, as the test uses fake timers.
  vi.stubGlobal(
    'Blob',
    class {
      text: string;
      constructor([text]: string[]) {
        this.text = text ?? '';
      }
    },
  );
  vi.stubGlobal('navigator', {
    userAgent: 'Chrome/141.0.0.0 Safari/537.36',
    sendBeacon: (_: string, { text }: { text: string }) => beacons.push(JSON.parse(text)) > 0,
  });
});
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

const seqs = (bodies: readonly BeaconBody[]) =>
  bodies.map(({ reports }) => reports.map(({ seq }) => seq));
const sentBodies = () => posts.map(({ body }) => body);
const hide = () => {
  page.visibilityState = 'hidden';
  page.dispatchEvent(new Event('visibilitychange'));
};

const join = async (options = {}) => {
  const fake = fakeRoom();
  const beacon = attachBeacon(fake.room, {
    url: URL,
    token: 'token',
    sdkVersion: '2.23.0',
    ...options,
  });
  fake.emit('connected');
  return { ...fake, beacon };
};

describe('attachBeacon', () => {
  it('sends the differences every ten seconds, with the token in a header and never in the URL', async () => {
    const { received, sent, beacon } = await join();
    received.set('packetsReceived', 500).set('packetsLost', 5);
    sent.set('packetsSent', 100);
    await vi.advanceTimersByTimeAsync(10_000);
    received.set('packetsReceived', 900);
    await vi.advanceTimersByTimeAsync(10_000);
    expect(posts).toHaveLength(2);
    expect(posts[0]?.headers).toMatchObject({ authorization: 'Bearer token' });
    expect(posts[0]?.body).toMatchObject({
      v: 1,
      sdk: { name: 'livekit-client', version: '2.23.0' },
      browser: { name: 'chrome', version: '141' },
      reports: [
        {
          seq: 0,
          ms: 10_000,
          node: 'ND_one',
          participant: 'PA_anna',
          streams: [
            { direction: 'up', packets: 100 },
            { direction: 'down', publisher: 'PA_ben', packets: 500, lost: 5 },
          ],
        },
      ],
    });
    expect(posts[0]?.body).not.toHaveProperty('token');
    expect(posts[1]?.body.reports).toMatchObject([
      { seq: 1, streams: [{ direction: 'down', packets: 400 }] },
    ]);
    expect(posts[1]?.body.session).toBe(posts[0]?.body.session);
    await beacon.detach();
  });

  it('keeps unaccepted reports, backs off exponentially, and sends them again with the same numbers', async () => {
    const errors: Error[] = [];
    const { received, beacon } = await join({ onError: (error: Error) => errors.push(error) });
    answer = () => Promise.reject(new TypeError('Failed to fetch'));
    for (let second = 1; second <= 120; second++) {
      received.set('packetsReceived', second);
      await vi.advanceTimersByTimeAsync(1_000);
    }
    expect(posts.length).toBeGreaterThan(2);
    expect(posts.length).toBeLessThan(8);
    expect(errors).toHaveLength(posts.length);
    posts = [];
    answer = () => new Response(null, { status: 204 });
    await beacon.detach();
    const reports = sentBodies().flatMap((body) => body.reports);
    expect(reports.map(({ seq }) => seq)).toEqual(reports.map((_, index) => index));
    const packets = reports
      .flatMap(({ streams }) => streams)
      .reduce((sum, stream) => sum + (stream.packets ?? 0), 0);
    expect(packets).toBe(120);
    expect(reports.at(-1)?.end).toBe(true);
  });

  it('limits the queue, and reports how many reports it dropped', async () => {
    const { received, beacon } = await join({ maxQueue: 3 });
    answer = () => new Response(null, { status: 503, headers: { 'retry-after': '600' } });
    for (let report = 1; report <= 8; report++) {
      received.set('packetsReceived', report);
      await vi.advanceTimersByTimeAsync(10_000);
    }
    expect(posts).toHaveLength(1);
    posts = [];
    answer = () => new Response(null, { status: 204 });
    await beacon.detach();
    expect(sentBodies()[0]?.reports[0]).toMatchObject({ dropped: 6 });
    expect(seqs(sentBodies())).toEqual([[6, 7, 8]]);
  });

  it('sends at most as many reports per request as the exporter accepts', async () => {
    const { beacon } = await join({ maxQueue: 300 });
    answer = () => Promise.reject(new TypeError('Failed to fetch'));
    // No media for more than half an hour.
    await vi.advanceTimersByTimeAsync(250 * 10_000);
    posts = [];
    answer = () => new Response(null, { status: 204 });
    await beacon.detach();
    expect(sentBodies().map(({ reports }) => reports.length)).toEqual([100, 100, 51]);
  });

  it('does not retry after a permanent rejection', async () => {
    const { received, beacon } = await join();
    answer = () => new Response('streams.0: wrong', { status: 400 });
    received.set('packetsReceived', 1);
    await vi.advanceTimersByTimeAsync(10_000);
    answer = () => new Response(null, { status: 204 });
    received.set('packetsReceived', 2);
    await vi.advanceTimersByTimeAsync(10_000);
    expect(seqs(sentBodies())).toEqual([[0], [1]]);
    await beacon.detach();
  });

  it('requests another token after a rejection', async () => {
    let asked = 0;
    const { beacon } = await join({ token: async () => `token-${++asked}` });
    answer = () => new Response(null, { status: asked < 2 ? 401 : 204 });
    await vi.advanceTimersByTimeAsync(10_000);
    expect(posts.map(({ headers }) => headers.authorization)).toEqual([
      'Bearer token-1',
      'Bearer token-2',
    ]);
    expect(seqs(sentBodies())).toEqual([[0], [0]]);
    await beacon.detach();
  });

  it('sends the rest with sendBeacon when the page is hidden or closed, with the token in the body', async () => {
    const { received, beacon } = await join({ token: () => 'from the application' });
    received.set('packetsReceived', 7);
    await vi.advanceTimersByTimeAsync(3_000);
    hide();
    expect(beacons).toMatchObject([
      { token: 'from the application', reports: [{ seq: 0, streams: [{ packets: 7 }] }] },
    ]);
    received.set('packetsReceived', 9);
    await vi.advanceTimersByTimeAsync(3_000);
    globalThis.dispatchEvent?.(new Event('pagehide'));
    await beacon.detach();
    const all = [...beacons, ...sentBodies()].flatMap(({ reports }) => reports);
    expect(all.map(({ seq }) => seq)).toEqual(all.map((_, index) => index));
    expect(all.flatMap(({ streams }) => streams.map(({ packets }) => packets))).toEqual([7, 2]);
  });

  it('keeps reports that were sent from a hidden page while the exporter was not reachable', async () => {
    const { received, beacon } = await join();
    answer = () => new Response(null, { status: 503 });
    received.set('packetsReceived', 7);
    await vi.advanceTimersByTimeAsync(12_000);
    hide();
    expect(seqs(beacons)).toEqual([[0]]);
    posts = [];
    answer = () => new Response(null, { status: 204 });
    await beacon.detach();
    expect(sentBodies()[0]?.reports[0]).toMatchObject({ seq: 0, streams: [{ packets: 7 }] });
  });

  it('ends a session with the connection, and starts another with the next', async () => {
    const { received, emit, beacon } = await join();
    received.set('packetsReceived', 7);
    await vi.advanceTimersByTimeAsync(3_000);
    emit('reconnected');
    emit('disconnected');
    await vi.advanceTimersByTimeAsync(30_000);
    emit('connected');
    await vi.advanceTimersByTimeAsync(12_000);
    expect(sentBodies().map(({ reports }) => reports)).toMatchObject([
      [{ seq: 0, ms: 3_000, reconnects: 1, end: true }],
      [{ seq: 0 }],
    ]);
    expect(posts[0]?.body.session).not.toBe(posts[1]?.body.session);
    await beacon.detach();
  });

  it('does not report counters from before it was attached', async () => {
    const { room, raw, received } = fakeRoom();
    raw.state = 'connected';
    received.set('packetsReceived', 10_000);
    const beacon = attachBeacon(room, { url: URL, token: 'token' });
    await vi.advanceTimersByTimeAsync(1_000);
    received.set('packetsReceived', 10_003);
    await beacon.detach();
    expect(posts[0]?.body.reports[0]?.streams).toMatchObject([{ packets: 3 }]);
  });

  it('removes all listeners and timers on detach, and ignores a second detach', async () => {
    const { listening, beacon } = await join();
    await Promise.all([beacon.detach(), beacon.detach()]);
    expect(listening()).toBe(0);
    expect(vi.getTimerCount()).toBe(0);
    const before = posts.length;
    hide();
    await vi.advanceTimersByTimeAsync(60_000);
    expect([posts.length, beacons.length]).toEqual([before, 0]);
  });

  it.each([
    ['the exporter', () => ({}), () => new Promise<Response>(() => {})],
    [
      'the application’s token',
      () => ({ token: () => new Promise<string>(() => {}) }),
      () => new Response(null, { status: 204 }),
    ],
  ])('does not delay detach when %s does not answer', async (_, options, answers) => {
    const { received, beacon } = await join(options());
    answer = answers;
    received.set('packetsReceived', 7);
    await vi.advanceTimersByTimeAsync(12_000);
    const left = vi.fn();
    void beacon.detach().then(left);
    await vi.advanceTimersByTimeAsync(1_900);
    expect(left).not.toHaveBeenCalled();
    await vi.advanceTimersByTimeAsync(200);
    expect(left).toHaveBeenCalled();
  });

  it('requests a token again after a timeout', async () => {
    let asked = 0;
    const onError = vi.fn();
    const token = () => (++asked === 1 ? new Promise<string>(() => {}) : 'token');
    const { received, beacon } = await join({ token, onError });
    received.set('packetsReceived', 7);
    await vi.advanceTimersByTimeAsync(40_000);
    expect(sentBodies()[0]?.reports[0]?.streams).toMatchObject([{ packets: 7 }]);
    await beacon.detach();
  });

  it('counts once when attached several times', async () => {
    const { room, received, beacon } = await join();
    const onError = vi.fn();
    const second = attachBeacon(room, { url: URL, token: 'token', onError });
    expect(onError).toHaveBeenCalledTimes(1);
    received.set('packetsReceived', 7);
    await second.detach();
    await beacon.detach();
    expect(
      sentBodies().flatMap(({ reports }) => reports.flatMap(({ streams }) => streams)),
    ).toMatchObject([{ packets: 7 }]);
    const third = attachBeacon(room, { url: URL, token: 'token', onError });
    await third.detach();
    expect(onError).toHaveBeenCalledTimes(1);
  });

  it('splits streams that exceed one report', async () => {
    const { raw, beacon } = await join();
    const [publication] = [
      ...(raw.remoteParticipants.get('ben')?.trackPublications.values() ?? []),
    ];
    if (publication === undefined) throw new Error('no track');
    for (let n = 0; n < 199; n++) {
      const stat = { id: 'in', type: 'inbound-rtp', kind: 'video', ssrc: n, packetsReceived: 1 };
      const track = {
        ...publication.track,
        getRTCStatsReport: async () => new Map([['in', stat]]),
      };
      raw.remoteParticipants
        .get('ben')
        ?.trackPublications.set(`${n}`, { ...publication, trackSid: `${n}`, track });
    }
    await vi.advanceTimersByTimeAsync(10_000);
    const reports = sentBodies().flatMap((body) => body.reports);
    expect(reports.map(({ streams, part }) => [streams.length, part])).toEqual([
      [64, undefined],
      [64, true],
      [64, true],
      [7, true],
    ]);
    expect(Math.max(...sentBodies().map((body) => JSON.stringify(body).length))).toBeLessThan(
      60_000,
    );
    await beacon.detach();
  });

  it.each([
    ['no address', { url: 'https://', token: 'token' }],
    ['an address of another kind', { url: 'ftp://example.com', token: 'token' }],
    ['no token', { url: URL }],
    ['an interval of nothing', { url: URL, token: 'token', intervalMs: 0 }],
    ['no room in the queue', { url: URL, token: 'token', maxQueue: Number.NaN }],
    ['nothing', undefined],
  ])('never throws, given %s', async (_, options) => {
    const onError = vi.fn(() => {
      throw new Error('the application fails, too');
    });
    const given = options === undefined ? undefined : { ...options, onError };
    // biome-ignore lint/suspicious/noExplicitAny: what a page without type checks may pass
    const beacon = attachBeacon(fakeRoom().room, given as any);
    if (options !== undefined) expect(onError).toHaveBeenCalledTimes(1);
    await beacon.detach();
    expect(posts).toEqual([]);
  });

  it('never throws when the token, the statistics or the exporter fail', async () => {
    const { raw, emit, beacon } = await join({
      token: () => Promise.reject(new Error('the application has no token')),
    });
    for (const { trackPublications } of raw.remoteParticipants.values()) {
      for (const { track } of trackPublications.values())
        track.getRTCStatsReport = () => Promise.reject(new Error('closed'));
    }
    await vi.advanceTimersByTimeAsync(30_000);
    vi.stubGlobal('navigator', {});
    hide();
    emit('disconnected');
    await vi.advanceTimersByTimeAsync(30_000);
    await beacon.detach();
    expect(posts).toEqual([]);
  });
});
