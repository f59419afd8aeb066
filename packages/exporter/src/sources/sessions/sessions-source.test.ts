import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DisconnectReason, TrackSource, TrackType } from '@livekit/protocol';
import type { StreamReport } from '@livekit-swarm/beacon/payload';
import type { RoomView } from '@livekit-swarm/sessions';
import { WebhookEvent } from 'livekit-server-sdk';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bodyOf, KEY, tokenFor } from '../../../test/support/clients/reporter.ts';
import { CLIENTS_DEFAULTS } from '../clients/clients-options.ts';
import { createClientsSource } from '../clients/clients-source.ts';
import { createSessionsSource } from './sessions-source.ts';

const START = Date.UTC(2026, 0, 1, 12);
const SECOND = 1_000;
const CONTEXT = { error: () => {}, log: () => {}, up: () => {} };
const LOCAL = { host: 'localhost:9465' };

let dir: string;
let files = 0;
beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), 'swarm-sessions-source-'));
});
afterAll(() => rmSync(dir, { recursive: true }));

/** Create an exporter with a journal, a clock, and browsers that report to it. */
const open = async ({ isProtected = false } = {}) => {
  let clock = START;
  const file = join(dir, `${++files}.db`);
  const sessions = createSessionsSource(
    { file, retentionMs: 3_600_000, maxBytes: 64 << 20, isProtected: () => isProtected },
    CONTEXT,
    () => clock,
  );
  const clients = createClientsSource(
    { ...CLIENTS_DEFAULTS, keys: () => [KEY] },
    CONTEXT,
    () => clock - START,
    sessions.onReports,
  );
  await sessions.start();
  const request = async (path: string, init: RequestInit = {}): Promise<Response> =>
    (await sessions.routes?.request(`http://localhost:9465${path}`, {
      headers: LOCAL,
      ...init,
    })) ?? Response.error();
  return {
    sessions,
    request,
    wait: (ms: number) => {
      clock += ms;
    },
    report: async (identity: string, seq: number, streams: StreamReport[], rest = {}) => {
      const answer = await clients.publicRoutes?.request('http://exporter.test/beacon', {
        method: 'POST',
        headers: { authorization: `Bearer ${await tokenFor('hall', identity)}` },
        body: JSON.stringify(
          bodyOf(
            {
              seq,
              streams,
              node: 'ND_1',
              participant: `PA_${identity}`,
              transport: 'udp',
              ...rest,
            },
            { session: `session-${identity.replaceAll(/\W/g, '_')}` },
          ),
        ),
      });
      expect(answer?.status).toBe(204);
    },
    room: async (query = ''): Promise<RoomView> =>
      (await (await request(`/sessions/api/room?room=hall${query}`)).json()) as RoomView,
    [Symbol.asyncDispose]: () => sessions.stop(),
  };
};

const sent = (lost = 0): StreamReport => ({
  direction: 'up',
  kind: 'audio',
  expectedMs: 10_000,
  packets: 500,
  lost,
});
const received = (publisher: string, lost = 0): StreamReport => ({
  direction: 'down',
  kind: 'audio',
  publisher: `PA_${publisher}`,
  expectedMs: 10_000,
  packets: 500 - lost,
  lost,
});

const IDENTITIES = ['anna', 'ben', 'carla'];

/** Report for three participants, one of which misses packets of both others for half a minute. */
const lossyCall = async (exporter: Awaited<ReturnType<typeof open>>): Promise<void> => {
  for (let seq = 0; seq < 6; seq++) {
    exporter.wait(10 * SECOND);
    for (const identity of IDENTITIES) {
      const lost = identity === 'anna' && seq >= 3 ? 40 : 0;
      const others = IDENTITIES.filter((other) => other !== identity);
      await exporter.report(identity, seq, [
        sent(),
        ...others.map((other) => received(other, lost)),
      ]);
    }
  }
};

describe('the session journal', () => {
  it('finds the leg that browsers reported as impaired, and when', async () => {
    await using exporter = await open();
    await lossyCall(exporter);
    const room = await exporter.room();
    expect(room.sessions.map(({ identity, node, path }) => [identity, node, path])).toEqual(
      IDENTITIES.map((identity) => [identity, 'ND_1', 'udp']),
    );
    expect(room.findings).toMatchObject([
      {
        leg: 'receiver_downlink',
        subject: { type: 'participant', identity: 'anna' },
        confidence: 'high',
        loss: 0.08,
        fromMs: START + 30 * SECOND,
        toMs: START + 60 * SECOND,
        windows: 3,
      },
    ]);
    expect(room.sessions[0]?.figures.map(({ down }) => down)).toEqual([0, 0, 0, 0.08, 0.08, 0.08]);
    // Media that another participant received was not impaired.
    expect((await exporter.room('&identity=ben')).findings).toEqual([]);
    expect((await exporter.room('&identity=anna')).findings).toHaveLength(1);
  });

  it('attributes loss of a sender to its uplink for all receivers', async () => {
    await using exporter = await open();
    exporter.wait(10 * SECOND);
    await exporter.report('anna', 0, [sent(), received('ben', 40), received('carla')]);
    await exporter.report('ben', 0, [sent(40), received('anna'), received('carla')]);
    await exporter.report('carla', 0, [sent(), received('anna'), received('ben', 40)]);
    for (const query of ['', '&identity=anna', '&identity=ben'])
      expect((await exporter.room(query)).findings).toMatchObject([
        { leg: 'sender_uplink', subject: { identity: 'ben' } },
      ]);
  });

  it('places queued reports one after the other, up to their arrival', async () => {
    await using exporter = await open();
    exporter.wait(30 * SECOND);
    const reports = [0, 1, 2].map((seq) => ({
      seq,
      ms: 10_000,
      participant: 'PA_anna',
      streams: [sent(seq * 10)],
    }));
    exporter.sessions.onReports({
      holder: { room: 'hall', identity: 'anna' },
      session: 'session-anna',
      reports,
      sdk: 'livekit-client 2',
      browser: 'chrome',
    });
    const [session] = (await exporter.room()).sessions;
    expect(session?.figures).toEqual([
      { atMs: START, up: 0, down: null },
      { atMs: START + 10 * SECOND, up: 0.02, down: null },
      { atMs: START + 20 * SECOND, up: 0.04, down: null },
    ]);
  });

  it('has events of browsers, webhooks and nodes', async () => {
    await using exporter = await open();
    const webhook = (event: string, atMs: number, rest: object = {}): void =>
      exporter.sessions.observer.onWebhook?.(
        'production',
        // The constructor of the SDK's class clears the event.
        Object.assign(
          new WebhookEvent({
            createdAt: BigInt(atMs / SECOND),
            room: { name: 'hall' },
            participant: {
              sid: 'PA_anna',
              identity: 'anna',
              joinedAtMs: BigInt(START + 2 * SECOND),
              disconnectReason: DisconnectReason.CLIENT_INITIATED,
            },
            ...rest,
          }),
          { event },
        ),
      );
    const registry = (updatedAt: number): void =>
      exporter.sessions.observer.onRegistry?.(
        'production',
        {
          rooms: new Map([['hall', 'ND_1']]),
          nodes: new Map([['ND_1', { id: 'ND_1', updatedAt } as never]]),
        },
        START + 28 * SECOND,
      );
    registry(START / SECOND + 28);
    webhook('participant_joined', START + 2 * SECOND);
    webhook('track_published', START + 3 * SECOND, {
      track: { type: TrackType.VIDEO, source: TrackSource.CAMERA },
    });
    exporter.wait(10 * SECOND);
    await exporter.report('anna', 0, [sent()]);
    exporter.wait(10 * SECOND);
    // The registry outranks the node that a page names.
    const second = { transport: 'relay_tls', reconnects: 1, node: 'ND_9' };
    await exporter.report('anna', 1, [sent()], second);
    webhook('participant_left', START + 25 * SECOND);
    registry(START / SECOND);
    exporter.wait(30 * SECOND);
    const { events, sessions } = await exporter.room();
    expect(sessions).toMatchObject([
      {
        joinedMs: START,
        leftMs: START + 25_500,
        leftReason: 'client_initiated',
        node: 'ND_1',
        path: 'relay_tls',
      },
    ]);
    expect(events.map(({ code, detail, sid }) => [code, detail, sid])).toEqual([
      ['joined', null, 'PA_anna'],
      ['track_published', 'video camera', 'PA_anna'],
      ['reconnected', null, 'PA_anna'],
      ['path_changed', 'udp → relay_tls', 'PA_anna'],
      ['left', 'client_initiated', 'PA_anna'],
      ['node_lost', 'ND_1', null],
    ]);
  });

  it('ignores reports of a participant about the session of another', async () => {
    await using exporter = await open();
    exporter.wait(10 * SECOND);
    await exporter.report('anna', 0, [sent()]);
    await exporter.report('mallory', 0, [sent(400)], { participant: 'PA_anna' });
    const { sessions, findings } = await exporter.room();
    expect(sessions).toMatchObject([{ identity: 'anna', figures: [{ up: 0 }] }]);
    expect(findings).toEqual([]);
  });

  it('deletes a participant on request', async () => {
    await using exporter = await open();
    await lossyCall(exporter);
    const answer = await exporter.request('/sessions/api/identities/anna', { method: 'DELETE' });
    expect(await answer.json()).toEqual({ deletedSessions: 1 });
    const { sessions, findings } = await exporter.room();
    expect(sessions.map(({ identity }) => identity)).toEqual(['ben', 'carla']);
    expect(JSON.stringify(findings)).not.toContain('anna');
  });

  it('counts written entries', async () => {
    await using exporter = await open();
    await lossyCall(exporter);
    await exporter.room();
    const metrics = await exporter.sessions.registry.metrics();
    expect(metrics).toContain('livekit_swarm_session_journal_entries_total{result="written"} 18');
    expect(metrics).toContain('livekit_swarm_session_journal_entries_total{result="dropped"} 0');
    expect(metrics).toMatch(/livekit_swarm_session_journal_bytes [1-9]/);
  });
});

describe('the pages', () => {
  it('show rooms, findings and timelines, escaped and without external content', async () => {
    await using exporter = await open();
    await lossyCall(exporter);
    await exporter.report('<img src=x onerror=alert(1)>', 0, [sent()]);
    const rooms = await exporter.request('/sessions');
    expect(await rooms.text()).toContain('<a href="/sessions?room=hall&amp;since=24h">hall</a>');
    const page = await exporter.request('/sessions?room=hall');
    expect(page.headers.get('content-security-policy')).toMatch(
      /^default-src 'none'; style-src 'sha256-[\w+/=]+';/,
    );
    const text = await page.text();
    expect(text).toContain('receiver&#39;s downlink: anna, 8.0 % of packets lost');
    expect(text).toContain('packets of 2 of 2 senders were lost');
    expect(text).toContain('&lt;img src=x onerror=alert(1)&gt;');
    expect(text).not.toMatch(/<img|<script|https?:\/\//);
    expect((await exporter.request('/sessions?room=other')).status).toBe(404);
  });

  it('explain an invalid time span', async () => {
    await using exporter = await open();
    const answer = await exporter.request('/sessions?since=yesterday');
    expect(answer.status).toBe(400);
    expect(await answer.text()).toContain('yesterday');
    expect((await exporter.request('/sessions?since=1h&until=2h')).status).toBe(400);
    expect((await exporter.request('/sessions/api/room')).status).toBe(400);
  });

  it('are not shown under a name that a web page chose for this host', async () => {
    const statusOf = async (isProtected: boolean, host: string) => {
      await using exporter = await open({ isProtected });
      // A web page can send any header to its own name.
      const headers = { host, authorization: 'Bearer token' };
      return (await exporter.request('/sessions', { headers })).status;
    };
    expect(await statusOf(false, 'rebound.example.com')).toBe(403);
    expect(await statusOf(false, '127.0.0.1:9465')).toBe(200);
    expect(await statusOf(false, '[::1]:9465')).toBe(200);
    // The exporter has checked the token before.
    expect(await statusOf(true, 'metrics.example.com')).toBe(200);
  });
});
