import { execFile } from 'node:child_process';
import { cp, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { gzipSync } from 'node:zlib';
import { rolldown } from 'rolldown';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { buildBeacon, buildTypes } from './build.ts';

const MODULES = join(import.meta.dirname, '..', '..', '..', 'node_modules');
const MAX_BYTES = 6_000;

let dir: string;
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'swarm-beacon-'));
  await buildBeacon(dir);
});
afterAll(() => rm(dir, { recursive: true, force: true }));

describe('the built beacon', () => {
  it(`is smaller than ${MAX_BYTES} bytes when compressed`, async () => {
    const bytes = gzipSync(await readFile(join(dir, 'beacon.js')), { level: 9 }).length;
    console.info(`beacon.js: ${bytes} bytes compressed`);
    expect(bytes).toBeLessThan(MAX_BYTES);
  });

  it('is one module without imports', async () => {
    const text = await readFile(join(dir, 'beacon.js'), 'utf8');
    expect(text).not.toMatch(/\bimport\b|\brequire\(/);
    const loaded: unknown = await import(join(dir, 'beacon.js'));
    expect(loaded).toMatchObject({ attachBeacon: expect.any(Function) });
  });

  it.each([
    ['is found by bundlers under its name', 'globalThis.attach = attachBeacon;', true],
    ['costs nothing where it is not used', '', false],
  ])('%s', async (_, use, there) => {
    const application = await mkdtemp(join(dir, 'application-'));
    const installed = join(application, 'node_modules', '@livekit-swarm', 'beacon');
    await mkdir(join(installed, 'dist'), { recursive: true });
    await cp(join(import.meta.dirname, '..', 'package.json'), join(installed, 'package.json'));
    await cp(join(dir, 'beacon.js'), join(installed, 'dist', 'beacon.js'));
    await writeFile(
      join(application, 'main.js'),
      `import { attachBeacon } from '@livekit-swarm/beacon';\n${use}`,
    );
    await using bundle = await rolldown({
      input: join(application, 'main.js'),
      platform: 'browser',
    });
    const { output } = await bundle.generate({ format: 'esm' });
    expect(output[0].code.includes('sendBeacon')).toBe(there);
  });

  it('has types that an application with livekit-client compiles against', async () => {
    await buildTypes(dir);
    await symlink(MODULES, join(dir, 'node_modules'));
    const application = `import { Room, version } from 'livekit-client';
import { attachBeacon, type Beacon } from './index.js';
const room = new Room();
export const beacon: Beacon = attachBeacon(room, { url: '/beacon', token: () => 'token', sdkVersion: version });
// @ts-expect-error: a token is required
attachBeacon(room, { url: '/beacon' });
`;
    await writeFile(join(dir, 'application.ts'), application);
    const tsc = join(MODULES, 'typescript', 'bin', 'tsc');
    const flags = [
      '--noEmit',
      '--strict',
      '--target',
      'ES2022',
      '--module',
      'ESNext',
      '--moduleResolution',
      'bundler',
    ];
    const options = [...flags, '--skipLibCheck', '--ignoreConfig', join(dir, 'application.ts')];
    const output = await promisify(execFile)(process.execPath, [tsc, ...options], {
      cwd: dir,
    }).then(
      () => '',
      ({ stdout }: { stdout: string }) => stdout,
    );
    expect(output).toBe('');
  });
});
