import { type ChildProcess, fork } from 'node:child_process';
import { siblingModule } from '@livekit-swarm/host';
import type { AgentEvent, AgentJob, AgentJobs } from './agent-jobs.ts';

/** Command to the process of a job. */
export type JobCommand = { type: 'start'; job: AgentJob; orphanMs: number } | { type: 'end' };

/** Time for a process to leave its room, ms. */
const LEAVE_MS = 3_000;
/** Variables that the process of a job inherits: the key of the deployment is not among them. */
const INHERITED = /^(PATH|HOME|TMPDIR|LANG|TZ|SSL_CERT_\w+|NODE_EXTRA_CA_CERTS|SWARM_\w+)$/;
const SECRET = /SECRET|API_KEY|TOKEN|PASSWORD|QUEUE/;

interface JobProcess {
  child: ChildProcess;
  hasEnded: boolean;
}

/**
 * Agents in a process each, as the SDKs of agents have them: a process that dies takes one
 * conversation with it, and the processes of a worker that dies live on for a while.
 */
export class ProcessJobs implements AgentJobs {
  readonly #onEvent: (event: AgentEvent) => void;
  /** Time for which a job continues without its worker, ms. */
  readonly #orphanMs: number;
  readonly #jobs = new Map<string, JobProcess>();
  /** Process for the next job, as it needs a second or more to start. */
  #spare: ChildProcess;
  #isClosed = false;

  constructor(onEvent: (event: AgentEvent) => void, orphanMs: number) {
    this.#onEvent = onEvent;
    this.#orphanMs = orphanMs;
    this.#spare = forkProcess();
  }

  /** Processes that run: of jobs, and the one for the next job. */
  get pids(): number[] {
    const children = [this.#spare, ...[...this.#jobs.values()].map(({ child }) => child)];
    return children.flatMap(({ pid }) => pid ?? []);
  }

  start(job: AgentJob): void {
    const child = this.#spare.connected ? this.#spare : forkProcess();
    this.#spare = forkProcess();
    const running: JobProcess = { child, hasEnded: false };
    this.#jobs.set(job.id, running);
    child.on('message', (event: AgentEvent) => {
      if (event.event === 'ended') running.hasEnded = true;
      if (!this.#isClosed) this.#onEvent(event);
    });
    // After the last message.
    child.once('close', (code, signal) => {
      this.#jobs.delete(job.id);
      if (running.hasEnded || this.#isClosed) return;
      const message = `its process has ended (${signal ?? `exit ${code}`})`;
      this.#onEvent({ event: 'died', jobId: job.id, message });
    });
    send(child, { type: 'start', job, orphanMs: this.#orphanMs });
  }

  end(jobId: string): void {
    const job = this.#jobs.get(jobId);
    if (job !== undefined) send(job.child, { type: 'end' });
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    this.#spare.kill('SIGKILL');
    await Promise.all([...this.#jobs.values()].map(({ child }) => endProcess(child)));
  }

  /** Kill all processes, for a worker that must exit now. */
  kill(): void {
    this.#spare.kill('SIGKILL');
    for (const { child } of this.#jobs.values()) child.kill('SIGKILL');
  }
}

const forkProcess = (): ChildProcess => {
  const child = fork(siblingModule(import.meta.url, './job-process'), {
    // Signals of a terminal and of service managers are for the worker, which ends its jobs.
    detached: true,
    execArgv: [],
    env: Object.fromEntries(
      Object.entries(process.env).filter(([name]) => INHERITED.test(name) && !SECRET.test(name)),
    ),
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
  // Its end is an event of its own.
  child.once('error', () => {});
  return child;
};

const send = (child: ChildProcess, command: JobCommand): void => {
  if (child.connected) child.send(command, () => {});
};

const endProcess = (child: ChildProcess): Promise<void> => {
  if (child.exitCode !== null || child.signalCode !== null) return Promise.resolve();
  const { promise, resolve } = Promise.withResolvers<void>();
  const late = setTimeout(() => child.kill('SIGKILL'), LEAVE_MS);
  child.once('close', () => {
    clearTimeout(late);
    resolve();
  });
  send(child, { type: 'end' });
  return promise;
};
