import { DEFAULT_LIVEKIT_VERSION, NEWER_RELEASES } from '@livekit-swarm/lab/choices';

/** Section of docs/compatibility.md on releases of livekit-server that no test runs. */
export const newerReleases = (): string => {
  const { first, last, lookedUp } = NEWER_RELEASES;
  return `livekit-server ${first} to ${last} exist (looked up on ${lookedUp}) and **were not tested**. Tests build the server from its source, and these releases replace modules of pion by forks that the module proxy of Go does not have. The newest tested one is ${DEFAULT_LIVEKIT_VERSION}. A binary of any version can be given: \`SWARM_LIVEKIT_SERVER\`, or \`--server PATH\`.`;
};
