import { type Command, Option } from 'commander';
import { addGroup, type Environment } from './environment.ts';
import { type GuardFlags, joinExistingRoomsFlag, readFlags, withOtherUsersFlag } from './guard.ts';
import { addHostFlags, CONFIRMED } from './host-rules.ts';
import { serverFlag } from './server.ts';
import { tokenEndpointFlags } from './token-endpoint.ts';

/** Flags that name the server of a load. */
export interface TargetFlags {
  url?: string;
  apiUrl?: string;
  apiKey?: string;
  apiSecret?: string;
  ca?: string;
  embedded?: boolean;
  server?: string;
}

/** All flags on the deployment that a load is sent to. */
export interface DeploymentFlags extends TargetFlags, GuardFlags {
  signalling: 'auto' | 'v1' | 'v0';
}

const GROUP = 'Deployment (default: a local livekit-server, started for the run):';

/** Flags for the address of a deployment, and for what it needs to accept participants. */
export const deploymentFlags = (): Option[] => [
  new Option('--url <url>', 'wss:// or ws:// URL of your deployment; also LIVEKIT_URL'),
  ...addressFlags(),
];

/** Flags that complete the URL of a deployment, and name none themselves. */
export const addressFlags = (): Option[] => [
  new Option(
    '--api-url <url>',
    'URL of the API (/twirp), where it is not below --url; also LIVEKIT_API_URL',
  ),
  ...keyFlags(),
];

/** Flags for the keys of a deployment, and for the authorities of its certificates. */
export const keyFlags = (): Option[] => [
  new Option('--api-key <key>', 'API key; also LIVEKIT_API_KEY'),
  new Option(
    '--api-secret <secret>',
    'API secret; better LIVEKIT_API_SECRET: flags show in the process list',
  ),
  authoritiesFlag(),
];

/** Flag that the program reads before any command: see `program.ts`. */
export const authoritiesFlag = (): Option =>
  new Option(
    '--ca <file>',
    "certificates of your own CA, PEM, for wss:// and https:// (in addition to Node's and NODE_EXTRA_CA_CERTS)",
  );

export const embeddedFlag = (): Option =>
  new Option(
    '--embedded',
    'test a livekit-server started for this run; overrides LIVEKIT_URL; required in CI without a URL',
  );

export const signallingFlag = (): Option =>
  new Option(
    '--signalling <version>',
    'auto, v1 (one PeerConnection) or v0 (two, for older servers) (default: auto)',
  )
    .choices(['auto', 'v1', 'v0'])
    .default('auto');

/** Adds the flags on the deployment of a run. */
export const addRunDeployment = (command: Command, env: Environment): void => {
  const add = (options: Option[]): void => addGroup(command, env, GROUP, options);
  add([...deploymentFlags(), serverFlag(), embeddedFlag(), signallingFlag()]);
  addHostFlags(command, GROUP, CONFIRMED.run);
  add([joinExistingRoomsFlag(), ...tokenEndpointFlags(), ...readFlags()]);
};

/**
 * Adds the flags on a deployment that is loaded again and again, as by `swarm capacity` and `swarm soak`.
 * @param server the flags of the command for a server of this host and for metrics
 */
export const addSearchedDeployment = (
  command: Command,
  env: Environment,
  server: readonly Option[],
): void => {
  const add = (options: Option[]): void => addGroup(command, env, GROUP, options);
  add([...deploymentFlags(), ...server, embeddedFlag(), signallingFlag()]);
  addHostFlags(command, GROUP, CONFIRMED.search);
  add([joinExistingRoomsFlag(), ...readFlags()]);
  command.addOption(withOtherUsersFlag().helpGroup(GROUP));
};
