import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ServerProfileLine } from '@livekit-swarm/record';
import { messageOf } from '@livekit-swarm/settings';
import { fetchBytes, httpEndpoint } from '../server-metrics/http-answer.ts';
import { SourceError } from '../server-metrics/server-source.ts';
import { callTreeOf } from './call-tree.ts';
import { readCpuProfile } from './read-profile.ts';

/** Profiler of a node: Go's `net/http/pprof`. */
export interface ServerProfiler {
  node: string;
  /** Address of the profiler, with or without `/debug/pprof/profile`, user and password. */
  url: string;
}

/** Time for an answer beyond that of the profile, ms: a busy node needs some seconds to write it. */
const ANSWER_MS = 15_000;

const PATH = '/debug/pprof/profile';

type UntimedLine = Omit<ServerProfileLine, 'at'>;

/**
 * Profiles the CPU of a node, and keeps the profile in the folder of the record. A node that cannot
 * be profiled is stated in the result, too.
 * @param signal ends the profile, which is lost
 */
export const takeProfile = async (
  { node, url }: ServerProfiler,
  seconds: number,
  dir: string,
  signal: AbortSignal,
): Promise<UntimedLine> => {
  try {
    const timeout = AbortSignal.timeout(1_000 * seconds + ANSWER_MS);
    const data = await fetchBytes(
      httpEndpoint(url),
      profileUrl(url, seconds),
      AbortSignal.any([signal, timeout]),
    );
    const { durationMs, stacks } = await readCpuProfile(data).catch((error: unknown) => {
      throw new Error(`the answer is not a CPU profile of Go (${messageOf(error)})`);
    });
    const file = `profile-${node.replaceAll(/[^\w.-]/g, '_')}.pb.gz`;
    await writeFile(join(dir, file), data, { mode: 0o600 });
    return {
      ...{ type: 'server_profile', node, durationMs: Math.round(durationMs), file },
      ...callTreeOf(stacks),
    };
  } catch (error) {
    return withoutProfile(
      node,
      signal.aborted ? 'the run ended before it was complete' : reasonOf(error),
    );
  }
};

/** The line of a node that has no profile, and the reason. */
export const withoutProfile = (node: string, message: string): UntimedLine => ({
  ...{ type: 'server_profile', node, message, durationMs: 0 },
  ...callTreeOf([]),
});

const reasonOf = (error: unknown): string =>
  error instanceof SourceError && error.reason === 'not_livekit'
    ? `${error.message}: livekit-server serves profiles on debug_handler.port`
    : messageOf(error);

/** URL that a profile is fetched from, without user and password. */
const profileUrl = (text: string, seconds: number): string => {
  const url = new URL(httpEndpoint(text).url);
  if (!url.pathname.endsWith('/profile'))
    url.pathname = `${url.pathname.replace(/(\/debug\/pprof)?\/*$/, '')}${PATH}`;
  url.searchParams.set('seconds', String(seconds));
  return url.href;
};
