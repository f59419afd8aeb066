import { type ChildProcess, execFileSync, fork } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { request as plainRequest } from 'node:http';
import { request as tlsRequest } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { AccessToken } from 'livekit-server-sdk';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { AttackedOptions } from './support/attacked-exporter.ts';
import { bodyOf, KEY, tokenFor } from './support/clients/reporter.ts';

const CONNECTIONS = 10_000;
const FLOODS = 64;
const ATTACK_MS = 12_000;
const TOKEN = 'the-token-of-the-exporter';
/** Scrape timeout of Prometheus, ms: its default. */
const SCRAPE_TIMEOUT_MS = 10_000;
// Each client has an address of its own; the attacker has 127.0.0.1 and 127.0.0.5.
const PROMETHEUS = '127.0.0.2';
const LIVEKIT = '127.0.0.3';
const BROWSERS = '127.0.0.4';

let dir: string;
let certificate: { cert: string; key: string };
const children: ChildProcess[] = [];

beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), 'swarm-hostile-'));
  certificate = { cert: join(dir, 'cert.pem'), key: join(dir, 'key.pem') };
  const subject = ['-subj', '/CN=localhost', '-days', '2', '-newkey', 'ec'];
  const curve = ['-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];
  const files = ['-keyout', certificate.key, '-out', certificate.cert];
  execFileSync('openssl', ['req', '-x509', ...subject, ...curve, ...files], { stdio: 'ignore' });
});
afterAll(() => {
  for (const child of children) child.kill('SIGKILL');
  rmSync(dir, { recursive: true, force: true });
});

const start = (file: string, args: string[]): ChildProcess => {
  const child = fork(join(import.meta.dirname, 'support', file), args);
  children.push(child);
  return child;
};

interface Ask {
  path: string;
  from: string;
  headers?: Record<string, string>;
  body?: string;
}

/**
 * Send one request on a connection of its own.
 * @throws Error if there is no response
 */
const ask = (
  url: string,
  { path, from, headers, body }: Ask,
): Promise<{ status: number; text: string }> =>
  new Promise((resolve, reject) => {
    const asked = (url.startsWith('https') ? tlsRequest : plainRequest)(`${url}${path}`, {
      method: body === undefined ? 'GET' : 'POST',
      localAddress: from,
      agent: false,
      rejectUnauthorized: false,
      headers: { ...headers },
      signal: AbortSignal.timeout(SCRAPE_TIMEOUT_MS),
    });
    asked.on('error', (cause) => reject(new Error(`${path} did not reply: ${cause}`, { cause })));
    asked.on('response', async (response) => {
      let text = '';
      for await (const chunk of response) text += String(chunk);
      resolve({ status: response.statusCode ?? 0, text });
    });
    asked.end(body);
  });

/**
 * Send a request again until there is a response, as LiveKit and the beacon do.
 * @returns the status
 */
const deliver = async (url: string, what: Ask, attempts = 5): Promise<number> => {
  try {
    return (await ask(url, what)).status;
  } catch (error) {
    if (attempts === 1) throw error;
    return deliver(url, what, attempts - 1);
  }
};

const scrape = (url: string) =>
  ask(url, { path: '/metrics', from: PROMETHEUS, headers: { authorization: `Bearer ${TOKEN}` } });

/** Webhook with the signature of LiveKit. */
const webhook = async (number: number): Promise<Ask> => {
  const createdAt = `${Math.floor(Date.now() / 1_000)}`;
  const body = JSON.stringify({ id: `EV_${number}`, createdAt, event: 'room_started' });
  const token = new AccessToken(KEY.apiKey, KEY.apiSecret, { ttl: 60 });
  token.sha256 = createHash('sha256').update(body).digest('base64');
  const headers = { authorization: await token.toJwt() };
  return { path: '/webhook/prod', from: LIVEKIT, headers, body };
};

const report = async (number: number): Promise<Ask> => ({
  path: '/beacon',
  from: BROWSERS,
  headers: { authorization: `Bearer ${await tokenFor('hall', `browser-${number}`)}` },
  body: JSON.stringify(bodyOf()),
});

/** Sum of the series whose names begin with a prefix. */
const figure = (text: string, name: string): number =>
  text
    .split('\n')
    .filter((line) => line.startsWith(name))
    .reduce((sum, line) => sum + Number(line.split(' ').at(-1)), 0);

describe.each(['http', 'https'] as const)(
  'a hostile client at the public listener, over %s',
  (protocol) => {
    it('does not block /metrics and /-/healthy, and no count is lost', async () => {
      const options: AttackedOptions = {
        token: TOKEN,
        key: KEY,
        apart: true,
      };
      if (protocol === 'https') options.tls = certificate;
      const exporter = start('attacked-exporter.ts', [JSON.stringify(options)]);
      const [{ url, publicUrl }] = (await once(exporter, 'message')) as [
        { url: string; publicUrl: string },
      ];
      const attacker = start('hostile-client.ts', [publicUrl, String(CONNECTIONS), String(FLOODS)]);
      let opened = 0;
      attacker.on('message', (message) => {
        ({ opened } = message as { opened: number });
      });

      const tookMs: number[] = [];
      const sent = { webhooks: 0, reports: 0 };
      const until = performance.now() + ATTACK_MS;
      const repeat = async (what: (number: number) => Promise<void>): Promise<void> => {
        for (let number = 0; performance.now() < until || opened < CONNECTIONS; number++) {
          await what(number);
          await sleep(50);
        }
      };
      await Promise.all([
        repeat(async () => {
          const began = performance.now();
          expect((await scrape(url)).status).toBe(200);
          tookMs.push(performance.now() - began);
          expect((await ask(url, { path: '/-/healthy', from: PROMETHEUS })).status).toBe(200);
        }),
        repeat(async (number) => {
          expect(await deliver(publicUrl, await webhook(number))).toBe(200);
          sent.webhooks++;
        }),
        repeat(async (number) => {
          expect(await deliver(publicUrl, await report(number))).toBe(204);
          sent.reports++;
        }),
      ]);

      const { text } = await scrape(url);
      expect(opened).toBeGreaterThanOrEqual(CONNECTIONS);
      expect(figure(text, 'livekit_swarm_lifecycle_room_starts_total{target="prod"}')).toBe(
        sent.webhooks,
      );
      expect(figure(text, 'livekit_swarm_client_reports_total{result="accepted"}')).toBe(
        sent.reports,
      );
      expect(
        figure(
          text,
          'livekit_swarm_lifecycle_webhooks_rejected_total{target="prod",reason="signature"}',
        ),
      ).toBeGreaterThan(FLOODS);
      tookMs.sort((a, b) => a - b);
      const p99 = tookMs[Math.ceil(tookMs.length * 0.99) - 1] ?? Number.NaN;
      console.info(
        `${protocol}: ${tookMs.length} scrapes, p99 ${Math.round(p99)} ms, longest ${Math.round(tookMs.at(-1) ?? Number.NaN)} ms; ${opened} connections of the attacker`,
      );
      attacker.kill('SIGKILL');
      exporter.kill('SIGKILL');
    });
  },
);
