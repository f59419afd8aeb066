export { assertClients } from '@livekit-swarm/engine/requirements';
export {
  type Calibration,
  type CalibrationChoice,
  calibrate,
  readCalibrationChoice,
} from './calibration.ts';
export { type Deployment, runningDeployment } from './deployment.ts';
export { readSystemLimits, socketNeed } from './descriptors.ts';
export {
  assessHost,
  type HostAssessment,
  type HostCapacity,
  type HostEstimate,
  type PlannedHost,
  placeOfServer,
  type Shortage,
} from './host-capacity.ts';
export type { LiveRun } from './live-run.ts';
export { DEFAULT_ENGINE } from './load-engine.ts';
export { checkAddress, preflight } from './preflight.ts';
export type { Progress } from './progress.ts';
export { type RunResult, run } from './run.ts';
export type { RunOptions, ServerObservation } from './run-options.ts';
export { readRunSecrets } from './run-secrets.ts';
export type { ServerLogFile } from './server-logs/log-file.ts';
export { hostSource } from './server-metrics/host-source.ts';
export { fetchText, httpEndpoint } from './server-metrics/http-answer.ts';
export { type IdleServer, readIdleServer } from './server-metrics/idle-server.ts';
export { metricsSource } from './server-metrics/metrics-source.ts';
export { processSource } from './server-metrics/process-source.ts';
export type { PrometheusOptions } from './server-metrics/prometheus-client.ts';
export { prometheusHostSource } from './server-metrics/prometheus-host-source.ts';
export { prometheusSource } from './server-metrics/prometheus-source.ts';
export { redisSource } from './server-metrics/redis-source.ts';
export { type ServerSource, SourceError } from './server-metrics/server-source.ts';
export type { ServerProfiler } from './server-profile/take-profile.ts';
export { readTokenEndpoint } from './token-endpoints.ts';
export { type WarmWorkers, warmWorkers } from './warm-workers.ts';
export { allocateWorkers, type WorkerAllocation } from './worker-allocation.ts';
export {
  type WorkerPlacement,
  type WorkerSlot,
  workersInNetworks,
  workersOnThisHost,
} from './worker-placement.ts';
export { startFailure, type WorkerPool, type WorkerPoolOptions } from './worker-pool.ts';
export { startWorker, type WorkerDeath, type WorkerProcess } from './worker-process.ts';
export type {
  AdmittedParticipant,
  ShardAssignment,
  ShardCommand,
  WorkerMessage,
} from './worker-protocol.ts';
