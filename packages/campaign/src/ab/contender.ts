import type { LoadGuard } from '@livekit-swarm/livekit';
import { preflight } from '@livekit-swarm/runner';
import { deploy } from '../deploy.ts';
import { type PlannedRun, planRun, type RunRequest } from '../plan-run.ts';
import { checkServers } from '../server/check-servers.ts';
import type { ServerMetricsChoice } from '../server-metrics.ts';
import type { Target } from '../target.ts';

/** One side of a comparison: a server that each run starts, or a deployment that runs already. */
export interface Contender {
  /** Name in results. */
  name: string;
  target: Target;
  /** Permission to send load to this side. */
  guard: LoadGuard;
  /** Addresses of the metrics of a deployment. */
  serverMetrics?: ServerMetricsChoice;
}

/** Plans a run of one side; starts nothing. @throws SwarmError `usage` */
export const planTurn = (
  { target, guard, serverMetrics }: Contender,
  request: Pick<RunRequest, 'scenario' | 'signalling' | 'workers'>,
): PlannedRun =>
  planRun({ ...request, target, guard, ...(serverMetrics !== undefined && { serverMetrics }) });

/**
 * Checks a side before the first measurement: a server starts and stops once; a deployment is asked
 * whether it would admit the first participant, and whether others use it.
 * @param folder for the log of a server
 * @returns version of a server; null: a deployment, whose runs report it
 * @throws SwarmError
 */
export const checkContender = async (
  contender: Contender,
  { plan }: PlannedRun,
  folder: string,
  onProgress: (line: string) => void,
  signal: AbortSignal,
): Promise<string | null> => {
  const { target, guard } = contender;
  if (target.type === 'embedded') {
    if (target.server === null) throw new RangeError('a contender without a server');
    const [version = null] = await checkServers([target.server], folder, onProgress, signal);
    return version;
  }
  signal.throwIfAborted();
  await guard.assertUnused(target);
  const [first] = plan.participants;
  if (first === undefined) throw new RangeError('a plan without participants');
  await preflight(await deploy(target, { dir: folder, onProgress, signal }), first);
  return null;
};
