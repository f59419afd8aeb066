import { watchInterruption } from '@livekit-swarm/host';
import { CHECKED_PATHS, type CheckedPath, checkConnectivity } from '@livekit-swarm/probe';
import { CONNECTIVITY_REPORTERS, type Connectivity } from '@livekit-swarm/report/connectivity';
import {
  EXIT_CODES,
  type ExitCode,
  parseDuration,
  suggest,
  usageError,
  withoutSecrets,
} from '@livekit-swarm/settings';
import type { Console } from '../console.ts';
import type { TargetFlags } from '../flags/deployment.ts';
import type { HostFlags } from '../flags/host-rules.ts';
import { readNodeFlag } from '../node-flag.ts';
import {
  exitCodeAfter,
  openResultOutput,
  type ResultOutputFlags,
} from '../output/result-output.ts';
import { readLoadGuard } from '../requests/load-guard.ts';
import { readDeployment } from '../requests/target.ts';

export interface ConnectivityFlags
  extends Omit<TargetFlags, 'embedded' | 'server'>,
    HostFlags,
    ResultOutputFlags {
  path?: string;
  node: string[];
  duration?: string;
}

const DURATION = { defaultMs: 2_000, minMs: 1_000, maxMs: 60_000 } as const;

/**
 * `swarm connectivity`: whether media passes on each path to each node.
 * @throws SwarmError `usage`; what keeps any path from being checked
 */
export const connectivityCommand = async (
  flags: ConnectivityFlags,
  typed: (flag: string) => boolean,
  console: Console,
): Promise<ExitCode> => {
  const { stderr } = console;
  const output = openResultOutput(CONNECTIVITY_REPORTERS, flags, console);
  const required = readPaths(flags.path);
  const durationMs = readDuration(flags.duration);
  const target = readDeployment(flags, typed);
  const guard = readLoadGuard(flags, typed, console.env, { kind: 'probe', target });
  const nodes = await Promise.all(flags.node.map(readNodeFlag));
  const interruption = watchInterruption();
  try {
    const checks = await checkConnectivity({
      access: target,
      guard,
      paths: required ?? CHECKED_PATHS,
      nodes,
      durationMs,
      signal: interruption.stop,
      onRoomsLeft: (count) =>
        void stderr.write(
          `warning: ${count} rooms (swarm-probe-…) could not be deleted; the server closes them when they are empty\n`,
        ),
      onWithoutApi: (reason) => void stderr.write(`warning: ${reason}\n`),
      onCheck: (node, path) => {
        if (flags.quiet !== true)
          void stderr.write(`checking ${path}${node === null ? '' : ` to ${node}`} …\n`);
      },
    });
    if (interruption.stop.aborted) return EXIT_CODES.interrupted.code;
    const result: Connectivity = {
      url: withoutSecrets(target.url),
      required: required !== null,
      checks,
    };
    return exitCodeAfter(await output.show(result), exitOf(result));
  } finally {
    interruption.dispose();
  }
};

/** A path that must work and does not is a crossed threshold; where no path works at all, no user can connect. */
const exitOf = ({ checks, required }: Connectivity): ExitCode => {
  const bad = checks.some(
    ({ outcome }) => outcome === 'failed' || (required && outcome !== 'works'),
  );
  return bad || checks.every(({ outcome }) => outcome !== 'works')
    ? EXIT_CODES.failed.code
    : EXIT_CODES.passed.code;
};

const readPaths = (text: string | undefined): CheckedPath[] | null => {
  if (text === undefined) return null;
  const words = text.split(',').map((word) => word.trim());
  return words.map((word) => {
    const path = CHECKED_PATHS.find((one) => one === word);
    if (path !== undefined) return path;
    throw usageError(
      `--path ${text}: there is no path "${word}"`,
      suggest(word, CHECKED_PATHS, 'paths are'),
    );
  });
};

const readDuration = (text: string | undefined): number => {
  if (text === undefined) return DURATION.defaultMs;
  const ms = parseDuration(text);
  if (ms >= DURATION.minMs && ms <= DURATION.maxMs) return ms;
  throw usageError(`--duration ${text}: must be 1s to 60s`);
};
