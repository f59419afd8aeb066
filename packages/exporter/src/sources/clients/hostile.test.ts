import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { bodyOf, LISTENING, openSource, tokenFor } from '../../../test/support/clients/reporter.ts';
import { CLIENTS_DEFAULTS } from './clients-options.ts';

/**
 * Maximum number of series: 4 pairs of direction and kind, 6 SDKs, 9 browsers, and 60 series of
 * each.
 */
const MAX_SERIES = 4 * 6 * 9 * 60;

/**
 * Values of labels for the SDKs that the property generates: a random version may be the number of
 * a known major version. Random names of browsers are unknown.
 */
const KNOWN_SOFTWARE = new Set([
  'livekit-client',
  'livekit-client 1',
  'livekit-client 2',
  'livekit-client 3',
  'other',
]);

const withValue = (name: string, value: unknown): string =>
  JSON.stringify(bodyOf({ streams: [{ ...LISTENING, [name]: 'HERE' }] })).replace(
    '"HERE"',
    String(value),
  );

describe('a hostile page', () => {
  it.each([
    ['a negative number', withValue('packets', -1)],
    ['NaN', withValue('packets', 'null')],
    ['infinity', withValue('bytes', '1e999')],
    ['text for a number', withValue('lost', '"many"')],
    ['a direction of its own', withValue('direction', '"sideways"')],
    ['another version', JSON.stringify({ ...bodyOf(), v: 2 })],
    ['no reports', JSON.stringify({ ...bodyOf(), reports: [] })],
    [
      'too many reports',
      JSON.stringify({ ...bodyOf(), reports: Array(129).fill({ seq: 0, ms: 1, streams: [] }) }),
    ],
    ['a sequence that is not an integer', JSON.stringify(bodyOf({ seq: 0.5 }))],
    ['a session that is a story', JSON.stringify({ ...bodyOf(), session: 'x'.repeat(1_000) })],
    ['no JSON', '{"v":1'],
    ['nothing', ''],
    ['null', 'null'],
    ['a list', '[]'],
    ['much depth', '['.repeat(30_000)],
  ])('that sends %s changes nothing', async (_, body) => {
    const { post, results, series } = openSource();
    const response = await post(await tokenFor('room'), body);
    expect(response.status).toBe(400);
    expect(await results()).toEqual({ malformed: 1 });
    expect([...(await series()).keys()].filter((name) => /packets|sessions/.test(name))).toEqual(
      [],
    );
  });

  it('that sends more than sendBeacon could is rejected', async () => {
    const { post, results } = openSource();
    expect((await post(await tokenFor('room'), `"${'x'.repeat(70_000)}"`)).status).toBe(413);
    expect(await results()).toEqual({ too_large: 1 });
  });

  it('that sends numbers beyond those of any browser has them clamped', async () => {
    const { post, results, series } = openSource();
    const most = Number.MAX_VALUE;
    const names = [
      'packets',
      'bytes',
      'lost',
      'nacks',
      'samples',
      'concealed',
      'jitter',
      'rtt',
      'expectedMs',
    ] as const;
    const huge = { ...LISTENING, ...Object.fromEntries(names.map((name) => [name, most])) };
    const reply = await post(
      await tokenFor('room'),
      bodyOf({ ms: 1_000, reconnects: most, dropped: most, streams: [huge] }),
    );
    expect(reply.status).toBe(204);
    expect(await results()).toEqual({ clamped: 1 });
    const found = await series();
    const labels = '{direction="down",kind="audio",sdk="livekit-client 2",browser="chrome"}';
    expect(found.get(`livekit_swarm_client_packets_total${labels}`)).toBe(20_000);
    expect(found.get(`livekit_swarm_client_jitter_seconds_sum${labels}`)).toBe(10);
    expect([...found.values()].every(Number.isFinite)).toBe(true);
  });

  it('that reports more time than has passed has it clamped', async () => {
    const { post, results, series } = openSource();
    const token = await tokenFor('room');
    for (let seq = 0; seq < 10; seq++) {
      await post(token, bodyOf({ seq, ms: 1e12, streams: [{ ...LISTENING, packets: 1e12 }] }));
    }
    expect(await results()).toEqual({ clamped: 10 });
    const labels = '{direction="down",kind="audio",sdk="livekit-client 2",browser="chrome"}';
    // The credit is half an hour at first; later reports get the least period of a second each.
    expect((await series()).get(`livekit_swarm_client_packets_total${labels}`)).toBe(
      20_000 * (1_800 + 9),
    );
  });

  it('that slept, or whose timers were late, reports as before', async () => {
    const { post, results, wait } = openSource();
    const token = await tokenFor('room');
    for (const [seq, ms] of [10_000, 86_400, 60_000, 9_999].entries()) {
      await post(token, bodyOf({ seq, ms }));
      wait(10_000);
    }
    expect(await results()).toEqual({ accepted: 4 });
  });

  it('that reports without a pause is rate-limited, and others are not', async () => {
    const { post, results, wait } = openSource({
      rateLimits: { ...CLIENTS_DEFAULTS.rateLimits, perParticipant: { perSecond: 1, burst: 5 } },
    });
    const [eve, anna] = [await tokenFor('room', 'eve'), await tokenFor('room', 'anna')];
    const replies = [];
    for (let seq = 0; seq < 20; seq++) replies.push(await post(eve, bodyOf({ seq })));
    expect(replies.filter(({ status }) => status === 204)).toHaveLength(5);
    expect(replies.at(-1)?.headers.get('retry-after')).toBe('30');
    expect((await post(anna, bodyOf())).status).toBe(204);
    wait(2_000);
    expect((await post(eve, bodyOf({ seq: 20 }))).status).toBe(204);
    expect(await results()).toEqual({ accepted: 7, rate_limited: 15 });
  });

  it('is rate-limited by its address, as far as proxies are trusted', async () => {
    const { post, results } = openSource({
      rateLimits: { ...CLIENTS_DEFAULTS.rateLimits, perAddress: { perSecond: 1, burst: 3 } },
      trustedProxies: 1,
    });
    for (let tries = 0; tries < 9; tries++)
      await post('none', bodyOf(), { 'x-forwarded-for': `10.0.0.${tries}, 192.0.2.1` });
    expect(await results()).toEqual({ unauthorized: 3, rate_limited: 6 });
    await post('none', bodyOf(), { 'x-forwarded-for': '192.0.2.2' });
    expect(await results()).toEqual({ unauthorized: 4, rate_limited: 6 });
  });

  it('cannot cause errors or unknown labels with any body', async () => {
    const { post, series } = openSource({
      rateLimits: {
        perParticipant: { perSecond: 1e6, burst: 1e6 },
        perAddress: { perSecond: 1e6, burst: 1e6 },
      },
    });
    const token = await tokenFor('room');
    const number = fc.oneof(
      fc.double({ noNaN: true, noDefaultInfinity: true }),
      fc.nat(),
      fc.constantFrom(0, 1e308, 5e-324),
    );
    const names = [
      ...Object.keys(LISTENING),
      'width',
      'height',
      'frames',
      'paused',
      '__proto__',
      'constructor',
    ];
    const stream = fc.record({
      direction: fc.constantFrom('up', 'down'),
      kind: fc.constantFrom('audio', 'video'),
      expectedMs: number.map(Math.abs),
      more: fc.dictionary(
        fc.constantFrom(...names),
        fc.oneof(number.map(Math.abs), number, fc.jsonValue()),
      ),
    });
    const body = fc.record({
      v: fc.constant(1),
      session: fc.constantFrom('session-0001', 'session-0002'),
      sdk: fc.record({
        name: fc.oneof(fc.constant('livekit-client'), fc.string()),
        version: fc.string(),
      }),
      browser: fc.record({ name: fc.string(), version: fc.string() }),
      reports: fc.array(
        fc.record({
          seq: fc.nat(),
          ms: number.map(Math.abs),
          transport: fc.string(),
          streams: fc.array(
            stream.map(({ more, ...rest }) => ({ ...more, ...rest })),
            { maxLength: 4 },
          ),
        }),
        { maxLength: 3 },
      ),
    });
    await fc.assert(
      fc.asyncProperty(fc.oneof(body, fc.jsonValue()), async (sent) => {
        expect([204, 400]).toContain((await post(token, JSON.stringify(sent))).status);
      }),
      { numRuns: 500 },
    );
    const found = await series();
    expect([...found.values()].every((value) => Number.isFinite(value) && value >= 0)).toBe(true);
    expect(found.size).toBeLessThan(MAX_SERIES);
    const sent = [...found.keys()].flatMap(
      (name) => /(?:sdk|browser)="([^"]*)"/.exec(name)?.[1] ?? [],
    );
    expect(sent.filter((label) => !KNOWN_SOFTWARE.has(label))).toEqual([]);
  });
});

describe('many clients', () => {
  it('in 2,000 rooms cause no more series than in one room', async () => {
    const { post, series, results } = openSource({
      rateLimits: { ...CLIENTS_DEFAULTS.rateLimits, perAddress: { perSecond: 1, burst: 1e6 } },
    });
    await post(await tokenFor('room', 'first'), bodyOf());
    const before = (await series()).size;
    for (let room = 0; room < 2_000; room++) {
      await post(await tokenFor(`room-${room}`, `p-${room}`), bodyOf());
    }
    const found = await series();
    expect(await results()).toEqual({ accepted: 2_001 });
    expect(found.size).toBe(before);
    expect(
      found.get('livekit_swarm_client_sessions{sdk="livekit-client 2",browser="chrome"}'),
    ).toBe(2_001);
  });

  it('with any names of SDKs and browsers cause only series with known names', async () => {
    const { post, series } = openSource({
      rateLimits: { ...CLIENTS_DEFAULTS.rateLimits, perAddress: { perSecond: 1, burst: 1e6 } },
    });
    for (let n = 0; n < 300; n++) {
      const software = {
        sdk: { name: `sdk-${n}`, version: `${n}` },
        browser: { name: 'chrome', version: `${n}` },
      };
      await post(
        await tokenFor('room', `p-${n}`),
        bodyOf({ transport: `way-${n}`, network: `net-${n}` }, software),
      );
    }
    const found = [...(await series()).keys()].filter((name) =>
      name.startsWith('livekit_swarm_client_session'),
    );
    expect(found).toEqual([
      'livekit_swarm_client_sessions{sdk="other",browser="chrome"}',
      'livekit_swarm_client_session_transports{transport="other"}',
      'livekit_swarm_client_session_networks{network="other"}',
    ]);
  });

  it('beyond the limit of sessions are rejected until one ends', async () => {
    const { post, results, wait } = openSource({ maxSessions: 3 });
    const join = async (who: string) => (await post(await tokenFor('room', who), bodyOf())).status;
    for (const who of ['a', 'b', 'c']) expect(await join(who)).toBe(204);
    expect(await join('d')).toBe(503);
    wait(40_000);
    expect(await join('d')).toBe(204);
    expect(await results()).toEqual({ accepted: 4, full: 1 });
  });
});
