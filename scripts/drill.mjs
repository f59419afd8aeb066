// `npm run drill`: runs a first drill on a lab of three nodes, Redis and a load balancer. Missing
// parts are installed or built first.
import { join } from 'node:path';
import { main } from '../packages/cli/launch/main.mjs';
import { runNode } from '../packages/cli/launch/run-node.mjs';
import { DEFAULT_LIVEKIT_VERSION } from '../packages/lab/src/versions.mjs';
import { root } from './setup/paths.mjs';
import { setup } from './setup/setup.mjs';

const FIRST = 'chaos/kill-room-node.yaml';

const args = process.argv.slice(2);
const drills = args.some((arg) => /\.ya?ml$/.test(arg)) ? args : [FIRST, ...args];

await main(
  (signal) => setup({ servers: [DEFAULT_LIVEKIT_VERSION], signal }),
  () => runNode(join(root, 'packages', 'cli', 'src', 'main.ts'), ['chaos', 'run', ...drills]),
);
