/** Real clients among a load: a run of all three engines passes, and what the network loses shows where it is decoded and played. */
import { DEFAULT_LIVEKIT_VERSION } from '@livekit-swarm/lab';
import { missing } from '@livekit-swarm/testkit/requirements';
import { impairProgram } from '@livekit-swarm/webrtc';
import { beforeAll, beforeEach, expect, test } from 'vitest';
import { type Network, openNetwork, whyNoNetwork } from '../support/network.ts';
import { serveOn } from '../support/serve-on.ts';
import { resultOf, scratch, startSwarm } from '../support/swarm.ts';

let why: string | null = null;
beforeAll(async () => {
  why = (await missing('chromium')) ?? (await whyNoNetwork());
});
beforeEach(({ skip }) => skip(why !== null, why ?? ''));

/** 40 native participants. Witnesses are in rooms with a publisher of audio and video. */
const FLAGS =
  '--rooms 10 --participants 1 --subscribers 3 --publish audio,video --video 180p --witness browser --witness rtc --processes 1 --json';

const runOn = async ({ server, generator }: Network, duration: string) => {
  const served = await serveOn(server, DEFAULT_LIVEKIT_VERSION, scratch());
  const deployment = {
    LIVEKIT_URL: served.url,
    LIVEKIT_API_KEY: served.apiKey,
    LIVEKIT_API_SECRET: served.apiSecret,
  };
  const flags = [...FLAGS.split(' '), '--duration', duration];
  const swarm = startSwarm(flags, deployment, scratch(), generator.through);
  await swarm.ended;
  const result = resultOf({ stdout: swarm.stdout() });
  const seenBy = (engine: 'browser' | 'rtc') =>
    result.clients.find((one) => one.engine === engine)?.seen;
  return { result, seenBy };
};

test('one browser, one rtc-node and 40 native participants', async () => {
  await using network = await openNetwork();
  const { result, seenBy } = await runOn(network, '15s');
  expect(result.joins).toMatchObject({ joined: 42, failed: 0 });
  // A host that is busy with something else makes it inconclusive, and makes clients freeze.
  const isHealthy = result.generator.findings.length === 0;
  expect(result.verdict).toBe(isHealthy ? 'passed' : 'inconclusive');
  for (const engine of ['browser', 'rtc'] as const) {
    const seen = seenBy(engine);
    expect(seen?.framesDecoded, engine).toBeGreaterThan(isHealthy ? 150 : 0);
    if (isHealthy) expect(seen?.videoLoss, engine).toBe(0);
    if (isHealthy) expect(seen?.concealed, engine).toBeLessThan(0.05);
  }
});

test('a twentieth of the packets lost: the browser conceals audio, and its video freezes', async () => {
  await using network = await openNetwork();
  // swarm-impair takes packets of IPv4 only.
  await network.server.run('ip', ['-6', 'address', 'flush', 'dev', 'eth0']);
  await network.server.run(
    'nft',
    ['-f', '-'],
    'table ip swarm_loss { chain queued { }; chain leaving { type filter hook output priority 10; meta l4proto udp jump queued; }; }',
  );
  // Retransmissions repair such loss before it shows where they take a millisecond.
  const link = ['--loss', '0.05', '--delay-us', '100000', '--shared'];
  const of = ['--id', 'loss', '--table', 'swarm_loss', '--chain', 'queued', '--lifetime', '120'];
  await network.server.run(impairProgram(), ['start', ...of, ...link]);
  const { seenBy } = await runOn(network, '20s');
  const seen = seenBy('browser');
  expect(seen?.framesDecoded).toBeGreaterThan(100);
  expect(seen?.concealed).toBeGreaterThan(0.002);
  expect(seen?.freezes).toBeGreaterThan(0);
});
