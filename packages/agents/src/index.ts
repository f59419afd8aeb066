export {
  type AgentStatus,
  type JobFacts,
  type RoomFacts,
  readAgentStatus,
  type WorkerFacts,
} from './agent-status.ts';
export { ReferenceWorker, type WorkerEvent } from './reference-worker.ts';
export { WorkerConnection } from './worker-connection.ts';
