export { cacheDir } from './cache-dir.ts';
export { doctor, type Finding } from './doctor/doctor.ts';
export { withFileLock } from './file-lock.mjs';
export { findFreePorts, type ServerPorts } from './free-ports.ts';
export { type GuardedProcess, spawnGuarded } from './guard/guarded-process.ts';
export type { GuardedCommand, ProcessEnd } from './guard/protocol.ts';
export { LabError } from './lab-error.ts';
export {
  lookAtSources,
  type ProvisionOptions,
  provisionLiveKit,
  type ServerBinary,
  type SourceName,
} from './provision/provision.ts';
export type { LiveKitConfig } from './server/config.ts';
export { type ApiCredentials, generateCredentials } from './server/credentials.ts';
export { type LiveKitServer, type StartOptions, startLiveKit } from './server/start-livekit.ts';
export { DEFAULT_LIVEKIT_VERSION, LIVEKIT_VERSIONS, type LiveKitVersion } from './versions.ts';
export { watchParent } from './watch-parent.ts';
