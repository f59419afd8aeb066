import { ReferenceWorker, type WorkerEvent } from '@livekit-swarm/agents';
import { watchInterruption } from '@livekit-swarm/host';
import { printable } from '@livekit-swarm/report';
import { EXIT_CODES, type ExitCode } from '@livekit-swarm/settings';
import type { Console } from '../console.ts';
import type { TargetFlags } from '../flags/deployment.ts';
import type { HostFlags } from '../flags/host-rules.ts';
import { readLoadGuard } from '../requests/load-guard.ts';
import { readTime } from '../requests/read-time.ts';
import { readDeployment } from '../requests/target.ts';
import { wholeNumber } from '../requests/whole-number.ts';
import { untilAborted } from '../until-aborted.ts';

export interface AgentsWorkerFlags extends Omit<TargetFlags, 'embedded' | 'server'>, HostFlags {
  agent?: string;
  maxJobs: string;
  after: string;
  length: string;
  stopsAfter: string;
  drain: string;
}

const readMaxJobs = wholeNumber('--max-jobs', 1, 1_000, 'write --max-jobs 8');

/**
 * `swarm agents worker`: takes jobs until it is stopped, and drains then.
 * @throws SwarmError `usage`; `unreachable` if it cannot register
 */
export const agentsWorkerCommand = async (
  flags: AgentsWorkerFlags,
  typed: (flag: string) => boolean,
  console: Console,
): Promise<ExitCode> => {
  const answers = {
    afterMs: readTime('--after', flags.after, 250, 60_000),
    lengthMs: readTime('--length', flags.length, 100, 60_000),
    stopsAfterMs:
      flags.stopsAfter === 'never' ? null : readTime('--stops-after', flags.stopsAfter, 0, 60_000),
  };
  const drainMs = readTime('--drain', flags.drain, 0, 86_400_000);
  const maxJobs = readMaxJobs(flags.maxJobs);
  const target = readDeployment(flags, typed, console.env);
  const guard = readLoadGuard(flags, typed, console.env, { kind: 'probe', target });
  guard.assertServer(target.url);
  const interruption = watchInterruption();
  const endAtOnce = (): never => process.exit(EXIT_CODES.interrupted.code);
  interruption.kill.addEventListener('abort', endAtOnce);
  const print = (line: string): void =>
    void console.stderr.write(`${new Date().toISOString()} ${printable(line)}\n`);
  try {
    const worker = await ReferenceWorker.start({
      target,
      agentName: flags.agent ?? '',
      answers,
      maxJobs,
      onEvent: (event) => print(textOf(event)),
    });
    try {
      await untilAborted(interruption.stop);
      print(`drains: ${worker.jobs} jobs, at most ${flags.drain}`);
      await worker.drain(drainMs);
    } finally {
      await worker.close();
    }
    print('ended');
    return EXIT_CODES.passed.code;
  } finally {
    interruption.dispose();
  }
};

const textOf = (event: WorkerEvent): string => {
  switch (event.event) {
    case 'registered':
      return `registered as ${event.workerId}`;
    case 'job_accepted':
      return `${event.room}: accepted job ${event.jobId}`;
    case 'job_rejected':
      return `${event.room}: rejected job ${event.jobId}: no job is free`;
    case 'answered':
      return `${event.room}: answered ${Math.round(event.afterMs)} ms after the last voice`;
    case 'stopped':
      return `${event.room}: stopped ${Math.round(event.afterMs)} ms after the caller's first voice`;
    case 'job_ended':
      return `${event.room}: job ${event.jobId} ended`;
    case 'job_failed':
      return `${event.room}: job ${event.jobId} failed: ${event.message}`;
    case 'connection_lost':
      return `connection lost: ${event.message}`;
  }
};
