import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** A registry as npm uses it. */
export interface NpmRegistry extends AsyncDisposable {
  readonly url: string;
}

interface Published {
  tarball: Buffer;
  description: { name: string; version: string };
}

/**
 * Serves these tarballs as published packages, and sends npm to the registry of this host for everything else. Only reading: what
 * `npm install` asks for (github.com/npm/registry, package metadata).
 */
export const startNpmRegistry = async (tarballs: readonly string[]): Promise<NpmRegistry> => {
  const upstream = (await run('npm', ['config', 'get', 'registry'])).stdout.trim();
  const published = new Map<string, Published>();
  for (const path of tarballs) {
    const { stdout } = await run('tar', ['-xzOf', path, 'package/package.json']);
    const description = JSON.parse(stdout) as Published['description'];
    published.set(description.name, { tarball: await readFile(path), description });
  }
  const server = createServer((request, response) => {
    const path = decodeURIComponent(new URL(request.url ?? '/', 'http://npm').pathname).slice(1);
    const isTarball = path.endsWith('.tgz');
    const name = isTarball ? path.slice(0, -'.tgz'.length) : path;
    const found = published.get(name);
    if (found === undefined) {
      response
        .writeHead(307, { location: new URL(request.url?.slice(1) ?? '', upstream).href })
        .end();
      return;
    }
    if (isTarball) {
      response.end(found.tarball);
      return;
    }
    response.setHeader('content-type', 'application/json');
    response.end(JSON.stringify(metadataOf(found, url())));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = (): string => `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  return {
    url: url(),
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
};

const metadataOf = ({ tarball, description }: Published, url: string) => {
  const { name, version } = description;
  const integrity = `sha512-${createHash('sha512').update(tarball).digest('base64')}`;
  return {
    name,
    'dist-tags': { latest: version },
    versions: {
      [version]: { ...description, dist: { tarball: `${url}${name}.tgz`, integrity } },
    },
  };
};
