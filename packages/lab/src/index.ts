export { type Authority, type Certificate, createAuthority } from './authority.ts';
export * from './choices.ts';
export { BALANCER_CERTIFICATES, type BalancerCertificate } from './cluster/balancer-certificate.ts';
export type { ClusterFacts, ClusterNode } from './cluster/cluster-layout.ts';
export { createClusterPorts } from './cluster/cluster-ports.ts';
export { KEY_SETS, type KeySet } from './cluster/node-keys.ts';
export type { NodeProgram, NodePrograms } from './cluster/node-programs.ts';
export type { RedisServer } from './cluster/redis-layout.ts';
export {
  isRedisUser,
  MAX_REDIS_DATABASE,
  PLAIN_REDIS,
  REDIS_WORDS,
  type RedisSetup,
  redisSetupText,
} from './cluster/redis-setup.ts';
export { requireProgram } from './cluster/require-program.ts';
export { createService, type Service } from './cluster/service.ts';
export { GRACEFUL_STOP, type ServiceSpec } from './cluster/service-spec.ts';
export { TURN_SECRET_FILE } from './cluster/services/coturn.ts';
export { haproxy } from './cluster/services/haproxy.ts';
export {
  type Cluster,
  type ClusterOptions,
  type Extra,
  MAX_NODES,
  startCluster,
  withRedis,
} from './cluster/start-cluster.ts';
export { goBuildCommand } from './provision/build-program.ts';
export { findProgram, isExecutable } from './provision/find-program.ts';
export { findGo, goHint } from './provision/go-toolchain.ts';
export type { PinnedProgram, ProgramBinary, SourceName } from './provision/pinned-program.ts';
export { checkSources, type ProvideOptions, provideProgram } from './provision/provide-program.ts';
export {
  INGRESS,
  K6,
  liveKitServer,
  type ProvisionOptions,
  provideIngress,
  provisionLiveKit,
  serverPackage,
} from './provision/provision.ts';
export { type Absent, cachedProgram, isFound } from './provision/sources.ts';
export { type RegionNetwork, ROUTER, type SeenTraffic } from './regions/region-network.ts';
export {
  type RegionNode,
  type RegionSpec,
  type Regions,
  startRegions,
} from './regions/start-regions.ts';
export type { NodeState, ProgramChange, ServiceAction } from './running/control-protocol.ts';
export { labBackend, labCertificate, labProgram, labService } from './running/lab-service.ts';
export {
  keysFile,
  type LabState,
  type LabStatus,
  labNames,
  labStatus,
  readState,
} from './running/lab-state.ts';
export { startLab } from './running/start-lab.ts';
export { stopLab } from './running/stop-lab.ts';
export type { LabSpec } from './running/supervisor-protocol.ts';
export { type LiveKitConfig, mergeConfig } from './server/config.ts';
export { type ApiCredentials, generateCredentials } from './server/credentials.ts';
export { plainEnvironment } from './server/environment.ts';
export { OFFERED_PATHS, type OfferedPath } from './server/offered-paths.ts';
export { readLiveKitConfig } from './server/read-config.ts';
export { type LiveKitServer, type StartOptions, startLiveKit } from './server/start-livekit.ts';
