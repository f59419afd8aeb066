import {
  ReferenceWorker,
  serveWorkerPages,
  type WorkerEvent,
  type WorkerServer,
} from '@livekit-swarm/agents';
import type { ListenAddress } from '@livekit-swarm/exporter';
import { watchInterruption } from '@livekit-swarm/host';
import { printable } from '@livekit-swarm/report';
import { EXIT_CODES, type ExitCode, messageOf, usageError } from '@livekit-swarm/settings';
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
  health?: string;
  workerName?: string;
  processes?: boolean;
}

/** Time for which LiveKit's SDK for Node lets a job continue after the death of its worker, ms. */
const ORPHAN_MS = 15_000;

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
  const address = flags.health === undefined ? null : await readAddress(flags.health);
  const target = readDeployment(flags, typed);
  const guard = readLoadGuard(flags, typed, console.env, { kind: 'probe', target });
  guard.assertServer(target.url);
  const interruption = watchInterruption();
  let worker: ReferenceWorker | null = null;
  const endAtOnce = (): never => {
    worker?.kill();
    return process.exit(EXIT_CODES.interrupted.code);
  };
  interruption.kill.addEventListener('abort', endAtOnce);
  const print = (line: string): void =>
    void console.stderr.write(`${new Date().toISOString()} ${printable(line)}\n`);
  try {
    worker = await ReferenceWorker.start({
      target,
      agentName: flags.agent ?? '',
      workerName: flags.workerName,
      orphanMs: flags.processes === true ? ORPHAN_MS : null,
      answers,
      maxJobs,
      onEvent: (event) => print(textOf(event)),
    });
    let pages: WorkerServer | null = null;
    try {
      if (address !== null) {
        pages = await servePages(worker, address);
        print(`pages at ${pages.url}`);
      }
      await untilAborted(interruption.stop);
      print(`drains: ${worker.jobs} jobs, at most ${flags.drain}`);
      await worker.drain(drainMs);
    } finally {
      await pages?.close();
      await worker.close();
    }
    print('ended');
    return EXIT_CODES.passed.code;
  } finally {
    interruption.dispose();
  }
};

/** @throws SwarmError `usage` */
const readAddress = async (text: string): Promise<ListenAddress> => {
  const { parseListenAddress } = await import('@livekit-swarm/exporter');
  return parseListenAddress(text);
};

/** @throws SwarmError `usage` if the address is in use */
const servePages = async (
  worker: ReferenceWorker,
  address: ListenAddress,
): Promise<WorkerServer> => {
  try {
    return await serveWorkerPages(worker, address);
  } catch (error) {
    throw usageError(
      `--health: the pages cannot be served: ${messageOf(error)}`,
      'name another port; 0 takes any that is free',
    );
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
    case 'transferred':
      return `${event.room}: dispatched ${event.to}, and leaves`;
    case 'transfer_failed':
      return `${event.room}: ${event.to} was not dispatched: ${event.message}`;
    case 'job_ended':
      return `${event.room}: job ${event.jobId} ended`;
    case 'job_failed':
      return `${event.room}: job ${event.jobId} failed: ${event.message}`;
    case 'job_died':
      return `${event.room}: job ${event.jobId} died: ${event.message}`;
    case 'connection_lost':
      return `connection lost: ${event.message}`;
  }
};
