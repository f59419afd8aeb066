/** Deployments behind a real nginx: an API below a path or blocked, a header that is removed, no server at all. */
import type { LiveKitServer } from '@livekit-swarm/lab';
import { startLiveKit } from '@livekit-swarm/lab';
import { skipWithout } from '@livekit-swarm/testkit/requirements';
import { expect, it } from 'vitest';
import { openNginx, UPGRADE } from '../support/nginx.ts';
import { runSwarm, scratch } from '../support/swarm.ts';

await skipWithout('nginx');

interface Verified {
  checks: { id: string; outcome: string; reason: string | null; evidence: string[]; fix: string }[];
}

const verifyAt = async (server: LiveKitServer, path: string, flags: string[] = []) => {
  const { exit, stdout } = await runSwarm(['verify', '--quiet', '--json', ...flags], {
    LIVEKIT_URL: path,
    LIVEKIT_API_KEY: server.apiKey,
    LIVEKIT_API_SECRET: server.apiSecret,
  });
  const { checks } = JSON.parse(stdout) as Verified;
  return { exit, of: (id: string) => checks.find((check) => check.id === id) };
};

it('below a path: the prefix is stripped, or reaches the server', async () => {
  await using server = await startLiveKit({ dir: scratch() });
  const node = `proxy_pass ${server.httpUrl}`;
  await using nginx = await openNginx(
    `location /livekit/ { ${node}/; ${UPGRADE} } location /broken/ { ${node}; ${UPGRADE} }`,
  );
  const stripped = await verifyAt(server, `ws://127.0.0.1:${nginx.port}/livekit`);
  for (const id of ['admission', 'websocket', 'nodes', 'limits', 'udp'])
    expect([id, stripped.of(id)?.outcome]).toEqual([id, 'passed']);
  const broken = await verifyAt(server, `ws://127.0.0.1:${nginx.port}/broken`);
  expect(broken.exit).toBe(3);
  expect(broken.of('admission')).toMatchObject({
    outcome: 'error',
    evidence: [expect.stringContaining('(wrong_path)')],
    fix: expect.stringContaining('the prefix of the URL reaches the server: nginx: end proxy_pass'),
  });
});

it('with a blocked API: what needs none is checked, and --api-url leads around', async () => {
  await using server = await startLiveKit({ dir: scratch() });
  await using nginx = await openNginx(
    `location / { proxy_pass ${server.httpUrl}; ${UPGRADE} } location /twirp { return 403; }`,
  );
  const url = `ws://127.0.0.1:${nginx.port}`;
  const without = await verifyAt(server, url);
  for (const id of ['admission', 'websocket', 'nodes', 'udp'])
    expect([id, without.of(id)?.outcome]).toEqual([id, 'passed']);
  expect(without.of('limits')).toMatchObject({
    outcome: 'skipped',
    reason: expect.stringMatching(/\/twirp was blocked by nginx \(HTTP 403.*--api-url/),
  });
  const around = await verifyAt(server, url, ['--api-url', server.httpUrl]);
  expect(around.of('limits')?.outcome).toBe('passed');
  const env = {
    LIVEKIT_URL: url,
    LIVEKIT_API_KEY: server.apiKey,
    LIVEKIT_API_SECRET: server.apiSecret,
  };
  const ways = await runSwarm(['connectivity', '--path', 'direct', '--duration', '1s'], env);
  expect(ways.stderr).toContain('rooms are made by their first participant');
  expect(ways.exit).toBe(0);
});

it('that removes Authorization: native SDKs fail, browsers do not', async () => {
  await using server = await startLiveKit({ dir: scratch() });
  await using nginx = await openNginx(
    `location / { proxy_pass ${server.httpUrl}; proxy_set_header Authorization ""; ${UPGRADE} }`,
  );
  const { exit, of } = await verifyAt(server, `ws://127.0.0.1:${nginx.port}`);
  expect(exit).toBe(3);
  expect(of('admission')).toMatchObject({
    outcome: 'error',
    evidence: [expect.stringMatching(/native SDKs fail, browsers do not.*authorization_removed/)],
    cause: expect.stringContaining('A proxy removes'),
    fix: expect.stringContaining('proxy_set_header Authorization'),
  });
});

it('without a server behind it: an outage, not a full server', async () => {
  await using server = await startLiveKit({ dir: scratch() });
  await using nginx = await openNginx('location / { proxy_pass http://127.0.0.1:1; }');
  const url = `ws://127.0.0.1:${nginx.port}`;
  const { exit, of } = await verifyAt(server, url);
  expect(exit).toBe(3);
  expect(of('admission')?.evidence[0]).toMatch(/nginx, which has no server behind it.*bad_gateway/);
  const run = await runSwarm(['--url', url, '--duration', '1s'], {
    LIVEKIT_API_KEY: server.apiKey,
    LIVEKIT_API_SECRET: server.apiSecret,
  });
  expect(run.exit).toBe(3);
  expect(run.stderr).toContain('proxy_pass of nginx');
});
