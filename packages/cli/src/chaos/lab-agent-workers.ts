/** Workers of voice agents as programs of the lab of a drill: `swarm agents worker`. */
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { LabAgentWorkers } from '@livekit-swarm/chaos';
import { findFreePorts, siblingModule } from '@livekit-swarm/host';
import { type ClusterFacts, type Extra, plainEnvironment } from '@livekit-swarm/lab';

const mainProgram = (): string => fileURLToPath(siblingModule(import.meta.url, '../main'));

/** Describe the workers of a lab. Each has a process for each of its jobs. */
export const labAgentWorkers = async (
  { apiKey, apiSecret }: ClusterFacts,
  { places, settings, dir }: LabAgentWorkers,
): Promise<Extra[]> => {
  const healthPorts = await Promise.all(
    places.map(async () => (await findFreePorts('127.0.0.1', 1)).http),
  );
  return places.map(({ name, address, port }, index): Extra => {
    const health = healthPorts[index] ?? 0;
    const { agent, answers, maxJobs, drainMs } = settings;
    const url = `ws://${address}:${port}`;
    const flags = {
      ...{ url, agent, 'worker-name': name, health: `127.0.0.1:${health}`, 'max-jobs': maxJobs },
      ...{ after: `${answers.afterMs}ms`, length: `${answers.lengthMs}ms`, drain: `${drainMs}ms` },
      'stops-after': answers.stopsAfterMs === null ? 'never' : `${answers.stopsAfterMs}ms`,
    };
    return {
      spec: {
        name,
        command: process.execPath,
        args: [
          ...[mainProgram(), 'agents', 'worker', '--processes'],
          ...Object.entries(flags).flatMap(([flag, value]) => [`--${flag}`, String(value)]),
        ],
        env: {
          ...plainEnvironment(),
          LIVEKIT_API_KEY: apiKey,
          LIVEKIT_API_SECRET: apiSecret,
        },
        files: {},
        logFile: join(dir, `${name}.log`),
        ready: { url: `http://127.0.0.1:${health}/` },
        readyWithinMs: READY_MS,
        stopSteps: STOP,
        url: `http://127.0.0.1:${health}/worker`,
      },
    };
  });
};

/** Several start at once, each on a host that may be busy, ms. */
const READY_MS = 60_000;

/** A SIGTERM would let conversations end first; a hang-up ends them, and their processes, at once. */
const STOP = [
  ['SIGHUP', 5_000],
  ['SIGKILL', 5_000],
] as const;
