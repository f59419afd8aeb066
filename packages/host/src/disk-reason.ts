import { codeOf, messageOf } from '@livekit-swarm/settings';

const REASONS: Record<string, string> = {
  EACCES: 'permission denied',
  EPERM: 'permission denied',
  EROFS: 'the file system is read-only',
  ENOTDIR: 'a part of the path is a file',
  EEXIST: 'a part of the path is a file',
  EISDIR: 'it is a folder',
  ENOENT: 'the path cannot be made',
  ENOSPC: 'the disk is full',
  EFBIG: 'the file is as large as it may be (ulimit -f)',
  EDQUOT: 'the quota is used up',
  ENAMETOOLONG: 'the name is too long',
};

/** The reason of a file system error, for messages. */
export const diskReason = (error: unknown): string =>
  REASONS[codeOf(error) ?? ''] ?? messageOf(error);

/** Reason for which a file cannot be read, for messages. */
export const readingReason = (error: unknown): string =>
  codeOf(error) === 'ENOENT' ? 'there is no such file' : diskReason(error);
