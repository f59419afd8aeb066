import { messageOf } from '@livekit-swarm/settings';

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
  const { code } = error as { code?: string };
  return code === undefined ? messageOf(error) : `the service cannot be reached (${code})`;
};
