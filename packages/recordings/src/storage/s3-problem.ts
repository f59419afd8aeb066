import { tmpdir } from 'node:os';
import { codeOf, messageOf } from '@livekit-swarm/settings';

/** Codes of S3 and of its client, each with what it means. */
const PROBLEMS: ReadonlyMap<string, string> = new Map([
  ['NoSuchBucket', 'there is no such bucket'],
  [
    'AccessDenied',
    'access denied: the keys may not read it, or it is not there, which S3 does not state without the permission s3:ListBucket',
  ],
  ['InvalidAccessKeyId', 'the access key is not known there'],
  ['SignatureDoesNotMatch', 'the secret key is wrong'],
  ['ExpiredToken', 'the keys have expired'],
  ['InvalidToken', 'the session token is not valid'],
  ['RequestTimeTooSkewed', 'the clock of this host is wrong'],
  ['PermanentRedirect', 'the bucket is in another region (AWS_REGION)'],
  ['CredentialsProviderError', 'there are no keys for it, in the environment or in a profile'],
  ['TimeoutError', 'the service does not answer'],
]);

/**
 * Sentence on an error of the client of S3. Where the code is known, without its text,
 * which may have a key in it.
 * @param subject bucket or object, as the user knows it
 */
export const s3Problem = (error: unknown, subject: string, bucket: string): string => {
  const name = error instanceof Error ? error.name : '';
  const known = PROBLEMS.get(name);
  const place = name === 'NoSuchBucket' ? `s3://${bucket}` : subject;
  return `${place}: ${known === undefined ? otherText(error, name) : `${known} (${name})`}`;
};

const otherText = (error: unknown, name: string): string => {
  const status = (error as { $metadata?: { httpStatusCode?: number } }).$metadata?.httpStatusCode;
  if (status !== undefined) return `HTTP ${status} (${name})`;
  const code = codeOf(error);
  if (code === null) return messageOf(error);
  return OF_THIS_HOST.has(code)
    ? `it cannot be saved in ${tmpdir()} on this host (${code}): make space there, or set TMPDIR`
    : `the service cannot be reached (${code})`;
};

/** Errors of files, not of the network: a full disk, a quota, a disk that is read-only. */
const OF_THIS_HOST: ReadonlySet<string> = new Set(['ENOSPC', 'EDQUOT', 'EFBIG', 'EROFS', 'EIO']);
