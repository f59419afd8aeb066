import { runHelper } from '@livekit-swarm/chaos/pod-helper';
import { watchInterruption } from '@livekit-swarm/host';
import { EXIT_CODES, type ExitCode, parseDuration } from '@livekit-swarm/settings';
import type { Console } from '../console.ts';

export interface ChaosHelperFlags {
  effects: string;
  heartbeatTimeout: string;
  lifetime: string;
}

/**
 * `swarm chaos helper`: the program of the pod that a drill starts on a Kubernetes node
 * (docs/chaos-kubernetes.md). Requests arrive on stdin, replies go to stdout.
 * @throws SwarmError `rollback_failed`: the kubelet starts it again
 */
export const chaosHelperCommand = async (
  { effects, heartbeatTimeout, lifetime }: ChaosHelperFlags,
  { stdout, stderr }: Pick<Console, 'stdout' | 'stderr'>,
): Promise<ExitCode> => {
  const interruption = watchInterruption();
  try {
    await runHelper({
      effectFile: effects,
      heartbeatTimeoutMs: parseDuration(heartbeatTimeout),
      lifetimeMs: parseDuration(lifetime),
      requests: process.stdin,
      say: (line) => void stderr.write(`${line}\n`),
      reply: (line) => void stdout.write(`${line}\n`),
      stop: interruption.stop,
    });
    return EXIT_CODES.passed.code;
  } finally {
    interruption.dispose();
  }
};
