export {
  type AgentStatus,
  type RoomFacts,
  readAgentRooms,
  readAgentStatus,
  waitsForAgent,
} from './agent-status.ts';
export {
  measureDispatchRate,
  RATE_DISPATCHES,
  type RateDispatch,
} from './dispatch-rate/dispatch-rate.ts';
export { carriedRate, type RateResult, staysUnder } from './dispatch-rate/rate-result.ts';
export { untilWorkersIdle } from './idle-workers.ts';
export { ReferenceWorker, type WorkerEvent } from './worker/reference-worker.ts';
export { WorkerConnection } from './worker/worker-connection.ts';
export { readWorker, type WorkerFacts, type WorkerPages } from './worker-facts.ts';
export { serveWorkerPages, type WorkerServer } from './worker-pages.ts';
export { assertShowCpu, watchWorkerUsage } from './worker-usage.ts';
