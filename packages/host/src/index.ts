export { type AddressScope, isOwnAddress, isWithin, scopeOfAddress } from './address-scope.ts';
export { cacheDir, explainCacheError } from './cache-dir.ts';
export { diskReason, readingReason } from './disk-reason.ts';
export { failpoint } from './failpoint.ts';
export { withFileLock } from './file-lock.mjs';
export { findFreePorts, findUdpRange, type ServerPorts, UNFETCHABLE_PORTS } from './free-ports.ts';
export { exitWithParent } from './guard/exit-with-parent.ts';
export { type GuardedProcess, spawnGuarded } from './guard/guarded-process.ts';
export type { EndCause, ProcessEnd } from './guard/protocol.ts';
export {
  expectLimits,
  MIN_CPU,
  MIN_MEMORY,
  type ResourceLimits,
  removeStaleLimits,
} from './guard/resource-limits.ts';
export { type HostIdentity, identifyHost, relateHost } from './host-identity.ts';
export { installCommands } from './install-commands.mjs';
export { type Interruption, watchInterruption } from './interruption.ts';
export { makeFolder } from './make-folder.ts';
export type { ProcessIdentity } from './process-identity.mjs';
export { identifyProcess, isSameProcess } from './process-identity.mjs';
export { fieldsOfStat, TICKS_PER_SECOND } from './process-stat.ts';
export { readSecret, type SecretReader } from './read-secret.ts';
export { replaceFile } from './replace-file.ts';
export { siblingModule } from './sibling-module.ts';
export { stateDir } from './state-dir.ts';
export { unusedUser } from './unused-user.ts';
export { usableCores } from './usable-cores.ts';
