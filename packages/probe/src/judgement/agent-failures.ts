import type { ProbeModule } from '../module.ts';
import type { AgentObservation } from '../observation.ts';
import type { FailedProbe } from './failed-probe.ts';

/** Sentences about an agent that is not in the room, by the state of its job. */
const JOBS: Readonly<Record<NonNullable<AgentObservation['job']>, string>> = {
  no_job: 'no worker took the job: none of this name is registered, or all are full',
  pending: 'its job is not assigned yet',
  running: 'a worker took the job, and its agent did not enter the room',
  ended: 'a worker took the job, and ended it',
  failed: 'the job has failed',
};

/** Failures of a voice agent, the most basic one first; empty if it answered within the limits. */
export const agentFailures = (
  { agentCall, limits }: Pick<ProbeModule, 'agentCall' | 'limits'>,
  { joinedMs, publishedMs, readyMs, answer, isOver, job }: AgentObservation,
): FailedProbe[] => {
  const waited = agentCall?.answerWithinMs ?? 0;
  if (joinedMs === null) {
    if (!isOver) return [];
    const why = job === null ? '' : `: ${JOBS[job]}`;
    return [{ reason: 'agent_missing', message: `no agent joined within ${waited} ms${why}` }];
  }
  if (answer === null && isOver) {
    const what = publishedMs === null ? 'published no audio' : 'gave no answer';
    return [{ reason: 'agent_silent', message: `the agent ${what} within ${waited} ms` }];
  }
  return [
    ...slow('the agent was ready', readyMs ?? publishedMs, limits.readyMs),
    ...slow('the agent answered', answer?.responseMs ?? null, limits.responseMs),
  ];
};

const slow = (what: string, ms: number | null, limit: number | null): FailedProbe[] =>
  ms === null || limit === null || ms <= limit
    ? []
    : [
        {
          reason: 'agent_slow',
          message: `${what} after ${Math.round(ms)} ms, more than ${limit}`,
        },
      ];
