/** Files in a bucket of S3, or of a service with its API. */
import { readFile } from 'node:fs/promises';
import { basename, dirname } from 'node:path';
import type { Readable } from 'node:stream';
import { pathToFileURL } from 'node:url';
import { GetObjectCommand, ListObjectsV2Command, S3Client } from '@aws-sdk/client-s3';
import { readPlaylist } from '@livekit-swarm/hls';
import { SwarmError } from '@livekit-swarm/settings';
import { readBucketAddress } from './bucket-address.ts';
import { type PrivateFolder, privateFolder } from './private-folder.ts';
import { s3Problem } from './s3-problem.ts';
import type { Storage } from './storage.ts';

/** Times after which a service does not answer, ms. */
const CONNECT_MS = 10_000;
const IDLE_MS = 30_000;
/** Region of a service of one's own, which needs none. */
const ANY_REGION = 'us-east-1';

/**
 * A bucket. Keys are those of AWS's tools: variables, or the files of a profile (AWS_PROFILE).
 * @param place `s3://BUCKET/PREFIX`
 */
export const s3Storage = (place: string, s3Endpoint: string | null): Storage => {
  const address = readBucketAddress(place);
  if (address === null) throw new RangeError('not the address of a bucket');
  const { bucket } = address;
  const prefix = address.key.replace(/[^/]$/, '$&/');
  const client = clientOf(s3Endpoint);
  /** @returns null: there is no such object */
  const load = async (
    folder: PrivateFolder,
    name: string,
    Key: string,
    abortSignal: AbortSignal,
  ): Promise<string | null> => {
    try {
      const command = new GetObjectCommand({ Bucket: bucket, Key });
      const { Body, ContentLength = null } = await client.send(command, { abortSignal });
      await folder.save(name, Body as Readable, ContentLength, abortSignal);
      return folder.pathOf(name);
    } catch (error) {
      abortSignal.throwIfAborted();
      if (isError(error, 'NoSuchKey')) return null;
      throw new Error(s3Problem(error, `s3://${bucket}/${Key}`, bucket), { cause: error });
    }
  };
  return {
    open: async (given, signal) => {
      const key = prefix + given.replace(/^\/+/, '');
      const name = basename(key);
      const folder = await privateFolder();
      try {
        const path = await load(folder, name, key, signal);
        if (path?.endsWith('.m3u8') === true)
          for (const segment of await segmentsOf(path))
            await load(folder, segment, `${dirname(key)}/${segment}`.replace('./', ''), signal);
      } catch (error) {
        await folder[Symbol.asyncDispose]();
        throw error;
      }
      return {
        path: folder.pathOf(name),
        [Symbol.asyncDispose]: () => folder[Symbol.asyncDispose](),
      };
    },
    expectAccess: async (abortSignal) => {
      try {
        const command = new ListObjectsV2Command({ Bucket: bucket, Prefix: prefix, MaxKeys: 1 });
        await client.send(command, { abortSignal });
      } catch (error) {
        abortSignal.throwIfAborted();
        // Keys that may read objects need not be allowed to list them.
        if (isError(error, 'AccessDenied')) return;
        throw new SwarmError('storage_unavailable', s3Problem(error, place, bucket), HINT, {
          cause: error,
        });
      }
    },
  };
};

const HINT =
  'keys: AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or AWS_PROFILE; region: AWS_REGION; another service than AWS: --s3-endpoint';

const clientOf = (s3Endpoint: string | null): S3Client => {
  const endpoint =
    s3Endpoint ?? process.env.AWS_ENDPOINT_URL_S3 ?? process.env.AWS_ENDPOINT_URL ?? '';
  const isOwn = endpoint !== '';
  const hasRegion = process.env.AWS_REGION !== undefined || process.env.AWS_PROFILE !== undefined;
  return new S3Client({
    // Services of one's own seldom have a host name for each bucket.
    ...(isOwn ? { endpoint, forcePathStyle: true } : {}),
    ...(isOwn && !hasRegion ? { region: ANY_REGION } : {}),
    followRegionRedirects: true,
    requestHandler: {
      connectionTimeout: CONNECT_MS,
      requestTimeout: IDLE_MS,
      throwOnRequestTimeout: true,
      socketTimeout: IDLE_MS,
    },
  });
};

const isError = (error: unknown, name: string): boolean =>
  error instanceof Error && error.name === name;

/** Names of the segments of a playlist, as seen from its folder; others are named when it is read. */
const segmentsOf = async (playlist: string): Promise<string[]> => {
  const base = pathToFileURL(playlist);
  const read = readPlaylist(await readFile(playlist, 'utf8'), base);
  if ('code' in read || read.type === 'multivariant') return [];
  const folder = new URL('.', base).href;
  const names = read.segments.flatMap(({ url: { href } }) =>
    href.startsWith(folder) ? [textOf(href.slice(folder.length))] : [],
  );
  return [...new Set(names)];
};

/** Name of a file from its place in a URL, which may have a percent sign that is its own. */
const textOf = (part: string): string => {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
};
