export { cacheDir } from './cache-dir.ts';
export type { ClusterFacts, ClusterNode } from './cluster/cluster-layout.ts';
export { type ClusterPorts, createClusterPorts } from './cluster/cluster-ports.ts';
export { COMPANIONS, type Companion } from './cluster/companions.ts';
export { needProgram } from './cluster/need-program.ts';
export { createService, type Service, type ServiceSpec, STOP_POLITELY } from './cluster/service.ts';
export { type HaproxyOptions, haproxy } from './cluster/services/haproxy.ts';
export type { ScrapeJob } from './cluster/services/prometheus.ts';
export { type Cluster, type ClusterOptions, type Extra, MAX_NODES, startCluster } from './cluster/start-cluster.ts';
export { buildImage, type ImageSpec } from './docker/build-image.ts';
export type { DockerEngine } from './docker/docker-engine.ts';
export { type DockerOptions, startDocker } from './docker/start-docker.ts';
export { doctor, type Finding } from './doctor/doctor.ts';
export { withFileLock } from './file-lock.mjs';
export { findFreePorts, type ServerPorts } from './free-ports.ts';
export { expectCpuLimits, LEAST_CPU } from './guard/cpu-limit.ts';
export { type GuardedProcess, spawnGuarded } from './guard/guarded-process.ts';
export type { GuardedCommand, ProcessEnd } from './guard/protocol.ts';
export { sweepKubernetes } from './kubernetes/clean-up.ts';
export { type DeployOptions, deployLiveKit, type LiveKitDeployment } from './kubernetes/deploy-livekit.ts';
export { KUBERNETES_PACKAGES } from './kubernetes/needs.ts';
export { KUBERNETES_VERSION, provideKubernetes } from './kubernetes/programs.ts';
export {
  type KubectlOptions,
  type KubernetesCluster,
  type KubernetesOptions,
  startKubernetes,
} from './kubernetes/start-kubernetes.ts';
export { LabError } from './lab-error.ts';
export type { ProgramBinary, SourceName } from './provision/pinned-program.ts';
export type { ProvideOptions } from './provision/provide-program.ts';
export { type ProvisionOptions, provideK6, provisionLiveKit } from './provision/provision.ts';
export { type LiveKitConfig, mergeConfig } from './server/config.ts';
export { type ApiCredentials, generateCredentials } from './server/credentials.ts';
export { plainEnvironment } from './server/environment.ts';
export { type ForeignConfig, readLiveKitConfig } from './server/read-config.ts';
export { type LiveKitServer, type StartOptions, startLiveKit } from './server/start-livekit.ts';
export type { ServiceAction } from './standing/control-protocol.ts';
export { lowerLab } from './standing/lab-down.ts';
export { labService } from './standing/lab-service.ts';
export { keysFile, type LabState, labNames, readState as readLab } from './standing/lab-state.ts';
export { type LabStatus, labStatus } from './standing/lab-status.ts';
export { raiseLab } from './standing/lab-up.ts';
export { identifyProcess, isSameProcess, type ProcessIdentity } from './standing/process-identity.ts';
export type { LabOrder } from './standing/supervisor-protocol.ts';
export { DEFAULT_LIVEKIT_VERSION, LIVEKIT_VERSIONS, type LiveKitVersion } from './versions.ts';
export { watchParent } from './watch-parent.ts';
