import { describe, expect, it } from 'vitest';
import {
  bodyOf,
  KEY,
  LISTENING,
  openSource,
  tokenFor,
  WATCHING,
} from '../../../test/support/clients/reporter.ts';

const AUDIO = '{direction="down",kind="audio",sdk="livekit-client 2",browser="chrome"}';
const VIDEO = '{direction="down",kind="video",sdk="livekit-client 2",browser="chrome"}';

describe('a report', () => {
  it('becomes metrics', async () => {
    const { post, series, results } = openSource();
    const response = await post(
      await tokenFor('room'),
      bodyOf({ reconnects: 1, dropped: 2, transport: 'udp', network: 'wifi' }),
    );
    expect(response.status).toBe(204);
    expect(await results()).toEqual({ accepted: 1 });
    const found = await series();
    expect(Object.fromEntries([...found].filter(([name]) => name.endsWith(AUDIO)))).toMatchObject({
      [`livekit_swarm_client_packets_total${AUDIO}`]: 500,
      [`livekit_swarm_client_bytes_total${AUDIO}`]: 40_000,
      [`livekit_swarm_client_packets_lost_total${AUDIO}`]: 5,
      [`livekit_swarm_client_nacks_total${AUDIO}`]: 2,
      [`livekit_swarm_client_concealed_samples_total${AUDIO}`]: 4_800,
      [`livekit_swarm_client_samples_total${AUDIO}`]: 480_000,
      [`livekit_swarm_client_jitter_seconds_sum${AUDIO}`]: 0.012,
      [`livekit_swarm_client_rtt_seconds_sum${AUDIO}`]: 0.04,
      [`livekit_swarm_client_quality_score_count${AUDIO}`]: 1,
    });
    expect(Object.fromEntries([...found].filter(([name]) => name.endsWith(VIDEO)))).toMatchObject({
      [`livekit_swarm_client_plis_total${VIDEO}`]: 1,
      [`livekit_swarm_client_freezes_total${VIDEO}`]: 1,
      [`livekit_swarm_client_freeze_seconds_total${VIDEO}`]: 0.5,
    });
    expect(
      found.get('livekit_swarm_client_sessions{sdk="livekit-client 2",browser="chrome"}'),
    ).toBe(1);
    expect(found.get('livekit_swarm_client_session_transports{transport="udp"}')).toBe(1);
    expect(found.get('livekit_swarm_client_session_networks{network="wifi"}')).toBe(1);
    expect(
      found.get('livekit_swarm_client_reconnects_total{sdk="livekit-client 2",browser="chrome"}'),
    ).toBe(1);
    expect(found.get('livekit_swarm_client_reports_dropped_total')).toBe(2);
    expect([...found.keys()].join()).not.toMatch(/room=|anna/);
  });

  it('is scored: audio with 10 % concealment is worse than with 1 %', async () => {
    const { post, series } = openSource();
    await post(await tokenFor('good'), bodyOf({ streams: [LISTENING] }));
    const good = (await series()).get(`livekit_swarm_client_quality_score_sum${AUDIO}`) ?? 0;
    await post(await tokenFor('bad'), bodyOf({ streams: [{ ...LISTENING, concealed: 48_000 }] }));
    const bad =
      ((await series()).get(`livekit_swarm_client_quality_score_sum${AUDIO}`) ?? 0) - good;
    expect(good).toBeGreaterThan(4);
    expect(bad).toBeLessThan(good - 0.8);
  });

  it('exports one score per participant, direction and kind: the lowest', async () => {
    const { post, series } = openSource();
    await post(
      await tokenFor('room'),
      bodyOf({ streams: [WATCHING, { ...WATCHING, frames: 10 }, { ...WATCHING, rated: false }] }),
    );
    const found = await series();
    expect(found.get(`livekit_swarm_client_quality_score_count${VIDEO}`)).toBe(1);
    expect(found.get(`livekit_swarm_client_quality_score_sum${VIDEO}`)).toBeLessThan(2.5);
  });

  it('does not score unpublished tracks, and scores tracks that the server paused as bad', async () => {
    const { post, series } = openSource();
    const nothing = { direction: 'down', kind: 'video', expectedMs: 10_000 } as const;
    await post(await tokenFor('room'), bodyOf({ streams: [nothing] }));
    expect((await series()).has(`livekit_swarm_client_quality_score_count${VIDEO}`)).toBe(false);
    await post(await tokenFor('room'), bodyOf({ seq: 1, streams: [{ ...nothing, paused: true }] }));
    expect((await series()).get(`livekit_swarm_client_quality_score_sum${VIDEO}`)).toBe(1);
  });

  it('may contain its token in the body, as that of sendBeacon does', async () => {
    const { ask, results } = openSource();
    const body = JSON.stringify({ ...bodyOf(), token: await tokenFor('room') });
    const headers = { 'content-type': 'text/plain;charset=UTF-8' };
    expect((await ask({ method: 'POST', body, headers })).status).toBe(204);
    expect(await results()).toEqual({ accepted: 1 });
  });

  it('counts once, in any order and number of arrivals', async () => {
    const { post, series, results } = openSource();
    const token = await tokenFor('room');
    const second = bodyOf({ seq: 1 });
    await post(token, bodyOf());
    await post(token, bodyOf());
    await post(token, { ...second, reports: [...bodyOf().reports, ...second.reports] });
    await post(token, bodyOf());
    expect(await results()).toEqual({ accepted: 2, duplicate: 3 });
    expect((await series()).get(`livekit_swarm_client_packets_total${AUDIO}`)).toBe(1_000);
  });

  it('of a reloaded page begins a new session', async () => {
    const { post, results } = openSource();
    const token = await tokenFor('room');
    await post(token, bodyOf({ seq: 7 }));
    await post(token, bodyOf({ seq: 0 }, { session: 'session-0002' }));
    await post(token, bodyOf({ seq: 7 }));
    expect(await results()).toEqual({ accepted: 2, duplicate: 1 });
  });

  it('that was recorded cannot be replayed while its token is valid', async () => {
    const { post, series, results, wait } = openSource();
    const token = await tokenFor('room');
    await post(token, bodyOf());
    wait(10 * 60_000);
    expect(
      (await series()).has(
        'livekit_swarm_client_sessions{sdk="livekit-client 2",browser="chrome"}',
      ),
    ).toBe(false);
    await post(token, bodyOf());
    expect(await results()).toEqual({ accepted: 1, duplicate: 1 });
  });
});

describe('a participant is active', () => {
  const HERE = 'livekit_swarm_client_sessions{sdk="livekit-client 2",browser="chrome"}';

  it.each([
    ['ten seconds', 10_000, 35_000],
    ['a minute', 60_000, 210_000],
    ['a day, as reported', 86_400_000, 600_000],
  ])('until the third report is late, with a report every %s', async (_, ms, gone) => {
    const { post, series, wait } = openSource();
    await post(await tokenFor('room'), bodyOf({ ms }));
    wait(gone - 1);
    expect((await series()).get(HERE)).toBe(1);
    wait(1);
    expect((await series()).has(HERE)).toBe(false);
  });
});

describe('clients that report', () => {
  const refused = async (token: string, options = {}) => {
    const { post, results } = openSource(options);
    const response = await post(token, bodyOf());
    expect(response.status).toBe(401);
    expect(await results()).toEqual({ unauthorized: 1 });
  };

  it('need a valid token', async () => {
    const good = await tokenFor('room');
    const [head = '', claims = '', signature = ''] = good.split('.');
    const other = Buffer.from(
      JSON.stringify({ ...JSON.parse(Buffer.from(claims, 'base64url').toString()), sub: 'eve' }),
    );
    await refused('');
    await refused('nonsense');
    await refused(`${head}.${other.toString('base64url')}.${signature}`);
    await refused(`${Buffer.from('{"alg":"none"}').toString('base64url')}.${claims}.`);
    await refused(`${good}x`);
  });

  it('need a current token of this deployment that permits a join', async () => {
    await refused(await tokenFor('room', 'anna', KEY, '-1m'));
    await refused(
      await tokenFor('room', 'anna', {
        ...KEY,
        apiSecret: 'another-secret-of-at-least-32-characters',
      }),
    );
    await refused(await tokenFor('room', 'anna', { ...KEY, apiKey: 'unknown' }));
    await refused(await tokenFor(''));
    await refused(await tokenFor('r'.repeat(300)));
    await refused(await tokenFor('room'), { keys: () => [] });
  });

  it('may have a token of any key', async () => {
    const second = { apiKey: 'second', apiSecret: 'the-second-secret-of-at-least-32-characters' };
    const { post, results } = openSource({ keys: () => [KEY, second] });
    await post(await tokenFor('room', 'anna'), bodyOf());
    await post(await tokenFor('room', 'ben', second), bodyOf());
    expect(await results()).toEqual({ accepted: 2 });
  });

  it('may have a token of one of two deployments with the same key name', async () => {
    const second = { ...KEY, apiSecret: 'the-secret-of-another-deployment-32-bytes' };
    const { post, results } = openSource({ keys: () => [KEY, second] });
    await post(await tokenFor('room', 'anna'), bodyOf());
    await post(await tokenFor('room', 'ben', second), bodyOf());
    await post(
      await tokenFor('room', 'eve', {
        ...KEY,
        apiSecret: 'a-secret-of-neither-of-the-two-32-bytes',
      }),
      bodyOf(),
    );
    expect(await results()).toEqual({ accepted: 2, unauthorized: 1 });
  });

  it('need an origin on the list, or that of the exporter itself', async () => {
    const { ask, post, results } = openSource({ origins: ['https://app.example.com'] });
    const token = await tokenFor('room');
    const asked = {
      'access-control-request-method': 'POST',
      'access-control-request-headers': 'authorization',
    };
    const preflight = (origin: string) =>
      ask({ method: 'OPTIONS', headers: { origin, host: 'exporter.test', ...asked } });
    const allowed = await preflight('https://app.example.com');
    expect(allowed.headers.get('access-control-allow-origin')).toBe('https://app.example.com');
    expect(allowed.headers.get('access-control-allow-headers')).toContain('authorization');
    expect(
      (await preflight('https://evil.example.com')).headers.has('access-control-allow-origin'),
    ).toBe(false);
    expect((await post(token, bodyOf(), { origin: 'https://evil.example.com' })).status).toBe(401);
    expect((await post(token, bodyOf(), { origin: 'null' })).status).toBe(401);
    expect((await post(token, bodyOf(), { origin: 'http://exporter.test' })).status).toBe(204);
    const taken = await post(token, bodyOf({ seq: 1 }), { origin: 'https://app.example.com' });
    expect([taken.status, taken.headers.get('access-control-expose-headers')]).toEqual([
      204,
      'retry-after',
    ]);
    expect(await results()).toEqual({ unauthorized: 2, accepted: 2 });
  });
});

describe('rooms', () => {
  it('have metrics of their own if they are on the list', async () => {
    const { post, series, wait } = openSource({ rooms: ['town-hall'] });
    for (const room of ['town-hall', 'secret']) {
      for (const who of ['anna', 'ben']) await post(await tokenFor(room, who), bodyOf());
    }
    const found = await series();
    expect([...found.keys()].filter((name) => name.includes('room='))).toEqual([
      'livekit_swarm_client_room_quality_score{room="town-hall"}',
      'livekit_swarm_client_room_loss_ratio{room="town-hall"}',
    ]);
    expect(found.get('livekit_swarm_client_room_loss_ratio{room="town-hall"}')).toBeCloseTo(
      9 / 2_509,
      6,
    );
    expect(found.get('livekit_swarm_client_room_quality_score{room="town-hall"}')).toBeGreaterThan(
      3,
    );
    wait(60_000);
    expect([...(await series()).keys()].filter((name) => name.includes('room='))).toEqual([]);
  });

  it('have the figures of all reports of a window', async () => {
    const { post, series } = openSource({ rooms: ['town-hall'] });
    const first = { ...LISTENING, packets: 900, lost: 100, concealed: 48_000 };
    const [one] = bodyOf({ transport: 'udp', network: 'wifi', streams: [first] }).reports;
    const [two] = bodyOf({
      seq: 1,
      part: true,
      streams: [{ ...LISTENING, packets: 1_000, lost: 0 }],
    }).reports;
    await post(await tokenFor('town-hall'), { ...bodyOf(), reports: [one, two] });
    const found = await series();
    expect(found.get('livekit_swarm_client_session_transports{transport="udp"}')).toBe(1);
    expect(found.get('livekit_swarm_client_session_networks{network="wifi"}')).toBe(1);
    expect(found.get('livekit_swarm_client_room_loss_ratio{room="town-hall"}')).toBeCloseTo(
      100 / 2_000,
      6,
    );
    expect(found.get('livekit_swarm_client_room_quality_score{room="town-hall"}')).toBeLessThan(
      3.5,
    );
    const [last] = bodyOf({ seq: 2, end: true }).reports;
    const [rest] = bodyOf({ seq: 3, part: true }).reports;
    await post(await tokenFor('town-hall'), { ...bodyOf(), reports: [last, rest] });
    expect(
      [...(await series()).keys()].filter((name) =>
        name.startsWith('livekit_swarm_client_session'),
      ),
    ).toEqual([]);
  });

  it('have no figures when the beacon dropped the first report of a window', async () => {
    const { post, series } = openSource();
    await post(await tokenFor('room'), bodyOf({ seq: 5, part: true, transport: 'udp' }));
    expect(
      [...(await series()).keys()].filter((name) =>
        name.startsWith('livekit_swarm_client_session_'),
      ),
    ).toEqual([
      'livekit_swarm_client_session_transports{transport="unknown"}',
      'livekit_swarm_client_session_networks{network="unknown"}',
    ]);
  });

  it('are empty as soon as all participants have left', async () => {
    const { post, series } = openSource();
    await post(await tokenFor('room'), bodyOf({ end: true }));
    expect(
      [...(await series()).keys()].filter((name) =>
        name.startsWith('livekit_swarm_client_sessions'),
      ),
    ).toEqual([]);
  });
});

it('listed versions have a label of their own', async () => {
  const { post, series } = openSource({
    sdks: ['livekit-client 2.23.0'],
    browsers: ['chrome 141'],
  });
  await post(await tokenFor('room', 'anna'), bodyOf());
  await post(
    await tokenFor('room', 'ben'),
    bodyOf({}, { browser: { name: 'chrome', version: '9' }, sdk: { name: 'toString' } }),
  );
  expect(
    [...(await series()).keys()].filter((name) => name.startsWith('livekit_swarm_client_sessions')),
  ).toEqual([
    'livekit_swarm_client_sessions{sdk="livekit-client 2.23.0",browser="chrome 141"}',
    'livekit_swarm_client_sessions{sdk="other",browser="chrome"}',
  ]);
});
