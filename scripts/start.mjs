// `npm start`: runs the main job on this host. Missing parts are installed or built first.
import { main } from '../packages/cli/launch/main.mjs';
import { runSwarm } from '../packages/cli/launch/run-node.mjs';
import { bundledMain } from './setup/program.mjs';
import { setup } from './setup/setup.mjs';

const typed = process.argv.slice(2);
// A first run tests a server on this host, even if the environment names another.
const args = typed.length > 0 ? typed : ['--embedded'];
const ownServer =
  args.includes('--embedded') ||
  (!args.some((arg) => arg === '--url' || arg.startsWith('--url=')) && !process.env.LIVEKIT_URL);

await main(
  (signal) => setup({ servers: ownServer ? ['1.13.4'] : [], signal }),
  () => runSwarm(bundledMain(), args),
);
