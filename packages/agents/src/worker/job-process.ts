/** Program of the process of one job, forked by `process-jobs.ts`. */
import type { AgentEvent } from './agent-jobs.ts';
import { EngineJobs } from './engine-jobs.ts';
import type { JobCommand } from './process-jobs.ts';

let jobs: EngineJobs | null = null;
let jobId = '';
let orphanMs = 0;

const send = (event: AgentEvent): void => {
  if (process.connected) process.send?.(event, () => {});
};

/** Leave the room, and end: nothing may keep the process of a job that has ended. */
const finish = async (event: AgentEvent): Promise<void> => {
  await jobs?.close();
  if (process.connected) process.send?.(event, undefined, undefined, () => process.exit(0));
  else process.exit(0);
};

process.on('message', (command: JobCommand) => {
  if (command.type === 'end') {
    void finish({ event: 'ended', jobId, error: null });
    return;
  }
  jobId = command.job.id;
  // By this name the fault kill-agent-job finds it.
  process.title = `swarm agent job ${jobId}`;
  orphanMs = command.orphanMs;
  jobs = new EngineJobs((event) => {
    if (event.event === 'ended') void finish(event);
    else send(event);
  });
  jobs.start(command.job);
});
// The worker has died. Its job continues for a while, as one of LiveKit's SDKs does, and leaves.
process.once('disconnect', () => {
  setTimeout(() => void finish({ event: 'ended', jobId, error: null }), orphanMs);
});
