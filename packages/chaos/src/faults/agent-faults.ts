/** Faults of voice agents. */
import { SwarmError, strict, text } from '@livekit-swarm/settings';
import type { z } from 'zod';
import type { Component, Platform } from '../targets/platform.ts';
import { nothingToFind } from './effects/effect-check.ts';
import { forAll, missingAny } from './effects/process-control.ts';
import type { DescribedFault } from './fault.ts';

/** Command line of the process of a job, as `swarm agents worker --processes` names it. */
const OWN_JOBS = '^swarm agent job';

const jobParams = strict({
  process: text(200, 'a regular expression')
    .default(OWN_JOBS)
    .describe(
      'Regular expression for the command line of a process with a job, as pgrep -f takes it. Default: that of swarm agents worker --processes.',
    ),
});

type JobParams = z.output<typeof jobParams>;

/** Exit code of pgrep if no process matches. */
const NO_MATCH = 1;

/**
 * Oldest child process with a job; null: the worker has none.
 * @throws SwarmError `fault_unavailable` if processes cannot be listed
 */
const oldestJob = async (
  platform: Platform,
  component: Component,
  { process }: JobParams,
): Promise<string | null> => {
  const worker = await platform.pid(component);
  if (worker === null) return null;
  // Without long options, which pgrep of BusyBox and macOS do not have.
  const argv = ['pgrep', '-o', '-P', String(worker), '-f', '--', process];
  const { stdout, stderr, code } = await platform.run(component, argv);
  if (code > NO_MATCH)
    throw new SwarmError(
      'fault_unavailable',
      `the processes of ${component.name} cannot be listed: ${stderr.trim()}`,
      'install pgrep (procps) on its host, or correct the expression (with: { process: … })',
    );
  return code === 0 && /^\d+\s*$/.test(stdout) ? stdout.trim() : null;
};

/** Reason for which no program can run next to the worker; null: it can. Here, any user may. */
const whyNoRun = async (platform: Platform, component: Component): Promise<string | null> =>
  platform.kind === 'process' ? null : platform.missingCapability('exec', component);

/**
 * SIGKILL of the process of one job: the agent of one conversation dies without a word, and its
 * worker lives on.
 */
export const killAgentJob: DescribedFault<JobParams> = {
  name: 'kill-agent-job',
  description:
    'SIGKILL of the oldest process with a job of a worker of agents; the worker lives on',
  rollbackDescription: 'none: nothing brings an agent back but another dispatch',
  requires: ['signal'],
  targets: ['agent-worker'],
  params: jobParams,
  example: {},
  lasts: false,
  // The worker is not affected: another job of it may be killed next.
  durationOf: () => 0,
  unavailable: async (platform, component) => {
    if (component.kind !== 'agent-worker') return `${component.name} is not a worker of agents`;
    const why = await missingAny(platform, component, ['signal']);
    return why ?? whyNoRun(platform, component);
  },
  inject: ({ platform, components, params }) =>
    forAll(components, async (component) => {
      const job = await oldestJob(platform, component, params);
      if (job === null)
        throw new SwarmError(
          'fault_unavailable',
          `${component.name} has no process with a job: no child process matches ${params.process}`,
          'the target agent-worker is one that has; for your own worker, give the expression (with: { process: … })',
        );
      const { code, stderr } = await platform.run(component, ['kill', '-KILL', job]);
      if (code === 0) return;
      throw new SwarmError(
        'fault_unavailable',
        `process ${job} of ${component.name} cannot be killed: ${stderr.trim()}`,
        'run this as root, or as the user of the worker',
      );
    }),
  // The process has ended.
  missingEffect: nothingToFind,
  rollbackSteps: () => [],
  rollback: async () => {},
};
