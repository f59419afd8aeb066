/** Webhooks of a real livekit-server whose receiver fails or is not named, and of one that is killed. */
import { generateCredentials, startLiveKit } from '@livekit-swarm/lab';
import { expect, it } from 'vitest';
import { openFront } from '../support/front.ts';
import { openEndpoint, readPresence, runPresence } from '../support/presence.ts';
import { scratch, startSwarm } from '../support/swarm.ts';

const LISTENING = /Webhooks are received at 127\.0\.0\.1:(\d+)/;

const startPresence = (
  { url, apiKey, apiSecret }: { url: string; apiKey: string; apiSecret: string },
  ...args: string[]
) =>
  startSwarm([
    ...['presence', '--json', '--url', url, '--api-key', apiKey, '--api-secret', apiSecret],
    ...['--listen', '127.0.0.1:0', ...args],
  ]);

it('finds what is delivered again and late after errors of the receiver, and loses nothing', async () => {
  const { apiKey, apiSecret } = generateCredentials();
  await using endpoint = await openEndpoint((event) =>
    event === 'participant_left' ? 'forget' : event === 'track_published' ? 'refuse' : 'take',
  );
  await using server = await startLiveKit({
    ...{ dir: scratch(), credentials: { apiKey, apiSecret } },
    config: {
      webhook: { api_key: apiKey, urls: [endpoint.url] },
      room: { departure_timeout: 1 },
    },
  });
  const swarm = startPresence(server, '--rooms', '2', '--duration', '6s');
  await swarm.says(LISTENING);
  endpoint.forwardTo(Number(LISTENING.exec(swarm.stderr())?.[1]));
  const exit = await swarm.ended;
  const { findings, events } = readPresence({
    ...{ exit, stdout: swarm.stdout(), stderr: swarm.stderr() },
  });
  expect(exit).toBe(99);
  expect(endpoint.failed.get('participant_left')?.size).toBe(4);
  expect(findings).toMatchObject(
    Array(4).fill({ code: 'delivered_again', event: 'participant_left', times: 1 }),
  );
  // Nothing that was refused is missing. LiveKit waits for a second before it sends it again.
  const published = events.find(({ event }) => event === 'track_published');
  expect(published).toMatchObject({ due: 4, reported: 4, again: 0 });
  expect(published?.delayP50Ms).toBeGreaterThan(900);
});

it('finds that a server that is killed reports no leave and no end of its rooms', async () => {
  const { apiKey, apiSecret } = generateCredentials();
  await using endpoint = await openEndpoint(() => 'take');
  const start = () =>
    startLiveKit({
      ...{ dir: scratch(), credentials: { apiKey, apiSecret } },
      config: {
        webhook: { api_key: apiKey, urls: [endpoint.url] },
        room: { departure_timeout: 1 },
      },
    });
  await using killed = await start();
  const backends = [killed.ports.http];
  await using front = await openFront({ backends });
  const swarm = startPresence(
    { url: `ws://127.0.0.1:${front.port}`, apiKey, apiSecret },
    ...['--rooms', '2', '--duration', '25s'],
  );
  await swarm.says(LISTENING);
  endpoint.forwardTo(Number(LISTENING.exec(swarm.stderr())?.[1]));
  await swarm.says(/4\/4 in/);
  process.kill(killed.pid, 'SIGKILL');
  await using successor = await start();
  backends[0] = successor.ports.http;
  const exit = await swarm.ended;
  const { findings, events } = readPresence({
    ...{ exit, stdout: swarm.stdout(), stderr: swarm.stderr() },
  });
  expect(exit).toBe(99);
  const missed = findings.flatMap((finding) => (finding.code === 'missed' ? finding.event : []));
  expect(missed.toSorted()).toEqual([
    ...Array(4).fill('participant_left'),
    ...Array(2).fill('room_finished'),
    ...Array(4).fill('track_unpublished'),
  ]);
  // All rejoined at the successor, in new sessions and new lives of their rooms.
  expect(events.find(({ event }) => event === 'participant_joined')).toMatchObject({
    ...{ due: 8, reported: 8 },
  });
  expect(events.find(({ event }) => event === 'room_started')).toMatchObject({
    ...{ due: 4, reported: 4 },
  });
});

it('names the setting of a deployment whose webhooks do not arrive', async () => {
  await using server = await startLiveKit({ dir: scratch() });
  const { url, apiKey, apiSecret } = server;
  const { exit, stderr } = await runPresence([
    ...['--url', url, '--api-key', apiKey, '--api-secret', apiSecret],
    ...['--listen', '127.0.0.1:0', '--rooms', '1', '--duration', '5s'],
  ]);
  expect(exit).toBe(3);
  expect(stderr).toMatch(/no webhook arrived at 127\.0\.0\.1:\d+ within 10 s/);
  expect(stderr).toContain(`webhook: { api_key: ${apiKey}, urls: ["http://HOST:`);
});
