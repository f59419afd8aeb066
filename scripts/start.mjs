// `npm start`: runs the main job on this host. Missing parts are installed or built first.
import { main } from '../packages/cli/launch/main.mjs';
import { runSwarm } from '../packages/cli/launch/run-node.mjs';
import { DEFAULT_LIVEKIT_VERSION } from '../packages/lab/src/versions.mjs';
import { firstRun, needsServer, nextSteps } from './setup/first-run.mjs';
import { bundledMain } from './setup/program.mjs';
import { setup } from './setup/setup.mjs';

const typed = process.argv.slice(2);
const args = typed.length > 0 ? typed : firstRun(process.env);

await main(
  (signal) =>
    setup({ servers: needsServer(args, process.env) ? [DEFAULT_LIVEKIT_VERSION] : [], signal }),
  () => {
    // The program ends this process itself where it runs in it.
    if (typed.length === 0)
      process.once('exit', (code) => void process.stderr.write(nextSteps(code)));
    return runSwarm(bundledMain(), args);
  },
);
