import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ApiCredentials } from '@livekit-swarm/lab';

/** Name of the deployment in a cluster of the lab, for --confirm-target. */
export const TARGET = 'livekit@livekit-swarm-lab';

/** Variables of `swarm` for a deployment in a cluster of the lab; its journal is in a folder of its own. */
export const drillEnvironment = ({
  url,
  kubeconfig,
  apiKey,
  apiSecret,
  state,
}: Pick<ApiCredentials, 'apiKey' | 'apiSecret'> & {
  url: string;
  kubeconfig: string;
  state: string;
}): Record<string, string> => ({
  LIVEKIT_URL: url,
  LIVEKIT_API_KEY: apiKey,
  LIVEKIT_API_SECRET: apiSecret,
  KUBECONFIG: kubeconfig,
  XDG_STATE_HOME: state,
});

/** Calls of two participants with audio; returns the path of the scenario. */
export const smallCalls = (dir: string): string =>
  write(
    dir,
    'calls.yaml',
    `scenario: calls
groups:
  calls:
    executor: constant-rooms
    rooms: 3
    joinRate: 10/s
    duration: 10s
    roles:
      speaker: { count: 2, publish: audio }
`,
  );

/** Two video calls that a host carries besides the cluster; returns the path of the scenario. */
export const videoCalls = (dir: string): string =>
  write(
    dir,
    'video-calls.yaml',
    `scenario: video-calls
profiles:
  camera: [audio, { video: 360p, codec: vp8 }]
groups:
  calls:
    executor: constant-rooms
    rooms: 2
    joinRate: 10/s
    duration: 10s
    roles:
      participant: { count: 2, publish: camera }
`,
  );

/**
 * Drill with these faults, and with objectives that a busy host reaches, too; returns its path.
 * @param more further keys, in YAML
 */
export const calmDrill = (
  dir: string,
  name = 'roll',
  faults: readonly string[] = [],
  { within = '60s', more = '' } = {},
): string =>
  write(
    dir,
    `${name}.yaml`,
    `drill: ${name}
faults: [${faults.join(', ')}]
steadyState: { within: ${within}, for: 2s }
objectives: { timeToRecover: { max: 60s }, controlGroup: any }
abort: { controlGroupInterrupted: 99%, interrupted: 99%, for: 60s }
${more}`,
  );

const write = (dir: string, name: string, text: string): string => {
  const path = join(dir, name);
  writeFileSync(path, text);
  return path;
};
