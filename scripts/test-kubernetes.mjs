// `npm run test:kubernetes`: what needs a whole Kubernetes. Builds one first, 3 to 15 minutes, once. One closing line, as `npm test`.
import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { main } from './launch/main.mjs';
import { root } from './setup/paths.mjs';
import { pinnedNode } from './setup/pinned-node.mjs';
import { say } from './setup/say.mjs';
import { provideKubernetes, provideServers } from './setup/servers.mjs';
import { setup } from './setup/setup.mjs';
import { runCheck } from './test/run-check.mjs';
import { tallyVitest } from './test/tally.mjs';

const report = join(root, '.cache', 'vitest-kubernetes.json');
let tally = { passed: 0, failed: 0, skipped: 0 };

/** @param {AbortSignal} signal */
const runAll = async (signal) => {
  await setup({ servers: ['1.13.4'], signal });
  await provideServers(['1.13.4'], signal);
  await provideKubernetes(signal);
  await rm(report, { force: true });
  const vitest = join(root, 'node_modules', 'vitest', 'vitest.mjs');
  const { ok } = await runCheck(
    'vitest, kubernetes',
    await pinnedNode(),
    [
      vitest,
      'run',
      '--config=vitest.kubernetes.config.ts',
      '--reporter=default',
      '--reporter=json',
      `--outputFile.json=${report}`,
      ...process.argv.slice(2),
    ],
    signal,
  );
  tally = tallyVitest(await readFile(report, 'utf8').catch(() => null), ok);
};

const close = async () => {
  if (tally.skipped > 0) say(`${tally.skipped} tests were skipped`);
  process.stdout.write(`${tally.passed} passed, ${tally.failed} failed\n`);
  return tally.failed === 0 ? 0 : 1;
};

await main(runAll, close);
