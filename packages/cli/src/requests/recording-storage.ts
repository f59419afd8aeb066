import { isBucket, readBucketAddress } from '@livekit-swarm/recordings';
import { usageError } from '@livekit-swarm/settings';

/** Flags of the storage in which recordings are. */
export interface StorageFlags {
  s3Endpoint?: string;
}

/**
 * Reads a folder, an http address or a bucket; a password in it would be in messages, and cannot be
 * used.
 * @throws SwarmError `usage`
 */
export const readPlace = (text: string): string => {
  if (!/^[a-z][\w+.-]*:\/\//i.test(text)) return text;
  if (isBucket(text)) {
    if (readBucketAddress(text) !== null) return text;
  } else {
    const url = plainUrl(text);
    if (url !== null && /^https?:$/.test(url.protocol) && url.hostname !== '') return url.href;
  }
  throw usageError(
    '--files: is not a folder, nor a bucket or an http address without a password and a query',
    'write --files /var/lib/egress, --files s3://BUCKET/FOLDER, or --files https://files.example.com/',
  );
};

/**
 * Reads the address of an object as the bucket and its key; null: a file of this host.
 * @throws SwarmError `usage`
 */
export const readObject = (text: string): { place: string; key: string } | null => {
  if (!isBucket(text)) return null;
  const address = readBucketAddress(text);
  if (address !== null && address.key !== '')
    return { place: `s3://${address.bucket}/`, key: address.key };
  throw usageError(
    'the address of an object is not s3://BUCKET/KEY, or has a password',
    'write s3://BUCKET/FOLDER/room.mp4; keys are those of AWS_PROFILE or of the environment',
  );
};

/** @throws SwarmError `usage` */
export const readS3Endpoint = ({ s3Endpoint }: StorageFlags): string | null => {
  if (s3Endpoint === undefined) return null;
  const url = plainUrl(s3Endpoint);
  if (url !== null && /^https?:$/.test(url.protocol)) return url.href;
  throw usageError(
    '--s3-endpoint: is not an http address without a password and a query',
    'write --s3-endpoint https://minio.example.com',
  );
};

/** @returns null: it is not an address, or has a password, a query or a fragment */
const plainUrl = (text: string): URL | null => {
  const url = URL.parse(text);
  if (url === null) return null;
  return `${url.username}${url.password}${url.search}${url.hash}` === '' ? url : null;
};
