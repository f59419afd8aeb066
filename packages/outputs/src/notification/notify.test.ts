import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { isUsageError } from '@livekit-swarm/settings';
import { afterEach, describe, expect, it } from 'vitest';
import { openNotifier } from './notify.ts';
import { headersOf } from './sign.ts';

const closers: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  answer = refuse;
  for (const close of closers.splice(0)) await close();
});

interface Received {
  path: string | undefined;
  headers: IncomingHttpHeaders;
  body: string;
}

const refuse = (path: string): string => `no hook at ${path}`;
/** Body of a receiver's answers. */
let answer = refuse;

/** Starts a receiver that answers with these statuses, then with 200. */
const receive = async (...statuses: number[]) => {
  const received: Received[] = [];
  const server = createServer(async (request, response) => {
    const { url: path, headers } = request;
    received.push({ path, headers, body: await text(request) });
    response.writeHead(statuses.shift() ?? 200).end(answer(path ?? ''));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  closers.push(() => new Promise((resolve) => server.close(resolve)));
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, received };
};

const SECRET = `whsec_${Buffer.from('k'.repeat(32)).toString('base64')}`;
const MESSAGE = {
  text: 'livekit-swarm failed: calls on <!channel>\n- join_time: p(95)<2000',
  body: { verdict: 'failed' },
};
const notify = (
  texts: string[],
  env: Record<string, string> = {},
  signal = new AbortController().signal,
) => openNotifier(texts, env, { firstPauseMs: 5 }).notify(MESSAGE, signal);

describe('a notification', () => {
  it('has the signature of the Standard Webhooks specification', () => {
    // Values of the specification's reference libraries.
    const stamp = { id: 'msg_p5jXN8AQM9LWM0D4loKWxJek', timestamp: 1_614_265_330 };
    const key = Buffer.from('MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw', 'base64');
    expect(headersOf(stamp, '{"test": 2432232314}', key)).toMatchObject({
      'webhook-id': stamp.id,
      'webhook-timestamp': '1614265330',
      'webhook-signature': 'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=',
    });
  });

  it('is sent again while the receiver is busy, as the same message', async () => {
    const { url, received } = await receive(503, 429);
    expect(await notify([`${url}/hooks/load`], { SWARM_NOTIFY_SECRET: SECRET })).toEqual([]);
    expect(received).toHaveLength(3);
    expect(new Set(received.map(({ headers }) => headers['webhook-id'])).size).toBe(1);
    const [{ headers, body, path } = { headers: {}, body: '', path: '' }] = received;
    expect(path).toBe('/hooks/load');
    expect(JSON.parse(body)).toEqual(MESSAGE.body);
    const { 'webhook-id': id, 'webhook-timestamp': at, 'webhook-signature': signature } = headers;
    const stamp = { id: String(id), timestamp: Number(at) };
    expect(headersOf(stamp, body, Buffer.from('k'.repeat(32)))['webhook-signature']).toBe(
      signature,
    );
    expect(Math.abs(Number(at) - Date.now() / 1_000)).toBeLessThan(60);
  });

  it('is a text for Slack, in which nothing is a link or a mention, and no signature', async () => {
    const { url, received } = await receive();
    expect(
      await notify([`slack=${url}/services/T1/B2/hush`], { SWARM_NOTIFY_SECRET: SECRET }),
    ).toEqual([]);
    expect(JSON.parse(received[0]?.body ?? '')).toEqual({
      text: 'livekit-swarm failed: calls on &lt;!channel&gt;\n- join_time: p(95)&lt;2000',
    });
    expect(received[0]?.headers).not.toHaveProperty('webhook-signature');
  });

  it('that is refused is reported once, without the path, which may be a secret', async () => {
    const { url, received } = await receive(404);
    const { url: other, received: others } = await receive();
    expect(await notify([`${url}/services/hush`, other])).toEqual([
      `--notify ${url}/…: was not delivered: HTTP 404 no hook at ***`,
    ]);
    expect(received).toHaveLength(1);
    expect(others).toHaveLength(1);
  });

  it.each([
    ['across the end of the text that is shown', (path: string) => `${'x'.repeat(170)} ${path}`],
    ['in part', (path: string) => `no hook ${path.split('/').at(-1)}`],
    ['decoded', (path: string) => `no hook at ${decodeURIComponent(path)}`],
  ])('hides the path where a receiver repeats it %s', async (_where, repeats) => {
    const { url } = await receive(404);
    answer = repeats;
    const [failure = ''] = await notify([`${url}/services/T0/hush%2Dhush%2Dhush`]);
    expect(failure).toContain('HTTP 404');
    expect(failure).not.toMatch(/hush|services/);
  });

  it('does not outlast an interruption', async () => {
    const { url, received } = await receive(...Array.from({ length: 1_000 }, () => 503));
    const interruption = new AbortController();
    const sent = notify([url], {}, interruption.signal);
    // The second request follows the answer to the first.
    await expect.poll(() => received.length).toBeGreaterThan(1);
    interruption.abort();
    const [failure] = await sent;
    expect(failure).toMatch(/was not delivered: HTTP 503/);
  });

  it.each([
    [['hush.example.com/hook'], {}, 'is not an http:// or https:// URL'],
    [['http://a b/hush'], {}, 'not a URL'],
    [['ftp://example.com/hush'], {}, 'is not an http:// or https:// URL'],
    [['teams=https://example.com/hush'], {}, 'there is no format "teams"'],
    [['https://example.com/hush', 'https://example.com/hush'], {}, 'is given twice'],
    [['https://example.com/hook'], { SWARM_NOTIFY_SECRET: 'hush' }, 'openssl rand -base64 32'],
    [['https://example.com/hook'], { SWARM_NOTIFY_SECRET: 'whsec_aHVzaA==' }, '24 bytes'],
    [['https://example.com/hook'], { SWARM_NOTIFY_SECRET: '' }, 'set but empty'],
  ])('is refused before anything starts: %j with %j', (texts, env, message) => {
    try {
      openNotifier(texts, env);
      expect.unreachable();
    } catch (error) {
      if (!isUsageError(error)) throw error;
      const shown = `${error.message}; ${error.hint}`;
      expect(shown).toContain(message);
      expect(shown).not.toContain('/hush');
      expect(shown).not.toContain('aHVzaA');
    }
  });
});
