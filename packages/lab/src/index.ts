export type { ClusterFacts, ClusterNode } from './cluster/cluster-layout.ts';
export { createClusterPorts } from './cluster/cluster-ports.ts';
export { COMPANIONS, type Companion } from './cluster/companions.ts';
export { needProgram } from './cluster/need-program.ts';
export { createService, type Service, type ServiceSpec, STOP_POLITELY } from './cluster/service.ts';
export { haproxy } from './cluster/services/haproxy.ts';
export {
  type Cluster,
  type Extra,
  MAX_NODES,
  startCluster,
  withRedis,
} from './cluster/start-cluster.ts';
export { findProgram, isExecutable } from './provision/find-program.ts';
export { findGo, goHint } from './provision/go-toolchain.ts';
export { K6 } from './provision/k6.ts';
export { liveKitServer } from './provision/livekit-server.ts';
export type { PinnedProgram, ProgramBinary, SourceName } from './provision/pinned-program.ts';
export { lookAtSources, type ProvideOptions, provideProgram } from './provision/provide-program.ts';
export { type ProvisionOptions, provisionLiveKit } from './provision/provision.ts';
export { type Absent, isFound } from './provision/sources.ts';
export { type LiveKitConfig, mergeConfig } from './server/config.ts';
export { type ApiCredentials, generateCredentials } from './server/credentials.ts';
export { plainEnvironment } from './server/environment.ts';
export { readLiveKitConfig } from './server/read-config.ts';
export { type LiveKitServer, type StartOptions, startLiveKit } from './server/start-livekit.ts';
export type { ServiceAction } from './standing/control-protocol.ts';
export { lowerLab } from './standing/lab-down.ts';
export { labService } from './standing/lab-service.ts';
export { keysFile, type LabState, labNames, readState } from './standing/lab-state.ts';
export { type LabStatus, labStatus } from './standing/lab-status.ts';
export { raiseLab } from './standing/lab-up.ts';
export type { LabOrder } from './standing/supervisor-protocol.ts';
export { DEFAULT_LIVEKIT_VERSION, LIVEKIT_VERSIONS, type LiveKitVersion } from './versions.ts';
