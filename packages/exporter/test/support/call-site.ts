import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import { createRequire } from 'node:module';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { AccessToken } from 'livekit-server-sdk';
import { buildBeacon } from '../../../beacon/scripts/build.ts';

export interface CallSiteOptions {
  /** Room to join without `?room=` in the URL. */
  room: string;
  /** HTML of the page, in place of that of docs/beacon.md. */
  page?: string;
  /** Returns the addresses of deployment and exporter for each join. */
  where(): { livekit: string; apiKey: string; apiSecret: string; exporter: string };
}

/**
 * Server of the application of docs/beacon.md: `/?as=anna` joins the room with camera and
 * microphone, and reports.
 */
export interface CallSite extends AsyncDisposable {
  readonly url: string;
}

/** Read the page of docs/beacon.md, unchanged. */
const documentedPage = async (): Promise<string> => {
  const text = await readFile(join(import.meta.dirname, '../../../../docs/beacon.md'), 'utf8');
  const page = /```html\n(.*?)```/s.exec(text)?.[1];
  if (page === undefined) throw new Error('no page found in docs/beacon.md');
  return page;
};

export const serveCallSite = async ({ room, page, where }: CallSiteOptions): Promise<CallSite> => {
  const dir = await mkdtemp(join(tmpdir(), 'swarm-call-site-'));
  await buildBeacon(dir);
  /** Answer of the application's backend to a join. */
  const joinAnswer = async (identity: string, joined: string): Promise<string> => {
    const { livekit, apiKey, apiSecret, exporter } = where();
    const token = new AccessToken(apiKey, apiSecret, { identity, ttl: '1h' });
    token.addGrant({ roomJoin: true, room: joined });
    return JSON.stringify({ livekit, exporter, token: await token.toJwt() });
  };
  const files: Record<string, () => Promise<string>> = {
    '/': page === undefined ? documentedPage : async () => page,
    '/beacon.js': () => readFile(join(dir, 'beacon.js'), 'utf8'),
    '/livekit-client.js': () => {
      const main = createRequire(import.meta.url).resolve('livekit-client');
      return readFile(join(main, '..', 'livekit-client.esm.mjs'), 'utf8');
    },
  };
  const pages = createServer(async ({ url = '' }, response) => {
    const { pathname, searchParams } = new URL(url, 'http://localhost');
    const read =
      pathname === '/join'
        ? () =>
            joinAnswer(searchParams.get('as') ?? 'participant', searchParams.get('room') ?? room)
        : files[pathname];
    if (read === undefined) return response.writeHead(404).end();
    const type =
      pathname === '/'
        ? 'text/html'
        : pathname === '/join'
          ? 'application/json'
          : 'text/javascript';
    response.writeHead(200, { 'content-type': `${type}; charset=utf-8` }).end(await read());
  });
  await new Promise<void>((resolve) => pages.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(pages.address() as AddressInfo).port}`,
    [Symbol.asyncDispose]: async () => {
      pages.closeAllConnections();
      pages.close();
      await rm(dir, { recursive: true, force: true });
    },
  };
};
