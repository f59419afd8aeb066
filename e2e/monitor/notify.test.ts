/** The verdict of a run, sent to a receiver that is busy at first, and to one that refuses it. */
import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { expect, it } from 'vitest';
import { resultOf, runSwarm } from '../support/swarm.ts';

const KEY = Buffer.from('k'.repeat(32));

it('sends a receiver the verdict with a signature, and no secret to the others', async () => {
  const bodies: { path: string; headers: IncomingHttpHeaders; body: string }[] = [];
  const server = createServer(async (request, response) => {
    const path = request.url ?? '';
    bodies.push({ path, headers: request.headers, body: await text(request) });
    const isFirst = bodies.filter((one) => one.path === path).length === 1;
    response.writeHead(path === '/gone' ? 410 : isFirst ? 503 : 204).end();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  try {
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const ran = await runSwarm(
      '--embedded --rooms 1 --participants 2 --duration 2s --json --threshold'
        .split(' ')
        .concat('join_time: p(95)<1ms'),
      {
        SWARM_NOTIFY: `${url}/hook;slack=${url}/gone`,
        SWARM_NOTIFY_SECRET: `whsec_${KEY.toString('base64')}`,
      },
    );
    const result = resultOf(ran);
    expect(ran.exit, ran.stderr).toBe(result.exitCode);
    expect(bodies.map(({ path }) => path).toSorted()).toEqual(['/gone', '/hook', '/hook']);
    const received = bodies.findLast(({ path }) => path === '/hook');
    expect(JSON.parse(received?.body ?? '{}')).toMatchObject({
      verdict: result.verdict,
      exitCode: ran.exit,
      runs: [{ verdict: result.verdict, reasons: result.reasons }],
    });
    expect(received?.headers['webhook-signature']).toMatch(/^v1,/);
    expect(ran.stderr).toMatch(/warning: --notify http:\S+\/…: was not delivered: HTTP 410/);
    expect(ran.stderr).not.toContain('/gone');
    expect(ran.stderr + ran.stdout).not.toContain(KEY.toString('base64'));
  } finally {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }
});
