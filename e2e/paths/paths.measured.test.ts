/** Each path through a firewall that opens only its port: media flows, and the kernel's counters show that it took that way. */
import { DEFAULT_LIVEKIT_VERSION } from '@livekit-swarm/lab';
import { type ParticipantLine, recordLines } from '@livekit-swarm/record';
import { missing } from '@livekit-swarm/testkit/requirements';
import { beforeAll, beforeEach, expect, test } from 'vitest';
import { openNetwork, whyNoNetwork } from '../support/network.ts';
import { serveOn } from '../support/serve-on.ts';
import { resultOf, scratch, startSwarm } from '../support/swarm.ts';
import { openOnly, WAYS } from '../support/ways.ts';

let why: string | null = null;
beforeAll(async () => {
  why = (await missing('coturn', 'openssl')) ?? (await whyNoNetwork());
});
beforeEach(({ skip }) => skip(why !== null, why ?? ''));

test.for(Object.entries(WAYS))('%s', async ([path, wayOf]) => {
  await using network = await openNetwork();
  const { server, generator } = network;
  const way = await wayOf(server);
  const { protocol, config, env, selects = path } = way;
  const served = await serveOn(server, DEFAULT_LIVEKIT_VERSION, scratch(), config);
  const firewall = await openOnly(server, way, served);
  const record = scratch();
  const flags = `--path ${path} --rooms 1 --processes 1 --duration 3s --json --record ${record}`;
  const swarm = startSwarm(
    flags.split(' '),
    {
      LIVEKIT_URL: served.url,
      LIVEKIT_API_KEY: served.apiKey,
      LIVEKIT_API_SECRET: served.apiSecret,
      ...env,
    },
    scratch(),
    generator.through,
  );
  await swarm.ended;
  const { joins } = resultOf({ stdout: swarm.stdout() });
  expect(joins).toMatchObject({ joined: 2, failed: 0 });
  const lines: ParticipantLine[] = [];
  for await (const line of recordLines(record)) if (line.type === 'participant') lines.push(line);
  expect(lines.map(({ selectedPair }) => selectedPair?.path)).toEqual([selects, selects]);
  const tracks = lines.flatMap((line) => line.tracks);
  const sum = (direction: 'up' | 'down', counter: 'packets' | 'lost'): number =>
    tracks.reduce((all, track) => all + (track.direction === direction ? track[counter] : 0), 0);
  expect(sum('down', 'lost')).toBe(0);
  expect(sum('down', 'packets')).toBeGreaterThan(200);
  for (const { latencyP50Ms, direction } of tracks)
    if (direction === 'down') expect(latencyP50Ms).toBeLessThan(10);
  const passed = await firewall.read();
  // Several packets of media can share a segment of TCP.
  const share = protocol === 'udp' ? 1 : 0.3;
  expect(passed.path).toBeGreaterThan(share * sum('up', 'packets'));
  // With `auto`, ICE also checks the candidates that the firewall hides.
  if (path === 'auto') expect(passed.refused).toBeGreaterThan(0);
  else expect(passed.refused).toBe(0);
});
