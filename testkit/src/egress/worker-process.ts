/**
 * `worker-process.ts REDIS FOLDER NAME MAX_JOBS`: a stand-in of an egress worker as a process of its own. Writes
 * `ready` when it takes requests. At SIGTERM it takes no further one, and ends with the last that it has.
 */
import { EgressStandIn } from './stand-in.ts';

const [redisUrl = '', folder = '', worker = '', maxJobs = ''] = process.argv.slice(2);
const standIn = await EgressStandIn.start({ redisUrl, folder, worker, maxJobs: Number(maxJobs) });
process.once('SIGTERM', async () => {
  await standIn.drain();
  await standIn[Symbol.asyncDispose]();
});
process.stdout.write('ready\n');
