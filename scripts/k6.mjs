// `npm run k6`: prepares the pinned k6 for scenarios/k6 and prints its path. The first build takes
// about half a minute.
import { join } from 'node:path';
import { main } from '../packages/cli/launch/main.mjs';
import { runNode } from '../packages/cli/launch/run-node.mjs';
import { root } from './setup/paths.mjs';
import { setup } from './setup/setup.mjs';

await main(
  (signal) => setup({ engine: false, signal }),
  () => runNode(join(root, 'packages', 'lab', 'src', 'provision', 'main.ts'), ['k6']),
);
