// `npm run test:kubernetes`: runs tests that need a Kubernetes cluster. Builds one first, once, in
// 3 to 15 minutes. The last line has the form of `npm test`.
import { main } from '../packages/cli/launch/main.mjs';
import { DEFAULT_LIVEKIT_VERSION } from '../packages/lab/src/versions.mjs';
import { provideKubernetes, provideServers } from './setup/servers.mjs';
import { setup } from './setup/setup.mjs';
import { runVitest } from './test/run-vitest.mjs';
import { describeTally, NONE, withinRetryBudget } from './test/tally.mjs';

let tally = NONE;

/** @param {AbortSignal} signal */
const runTests = async (signal) => {
  await setup({ engine: false, signal });
  // Checked before minutes are spent on building.
  await provideKubernetes('check', signal);
  await setup({ servers: [DEFAULT_LIVEKIT_VERSION], signal });
  await provideServers([DEFAULT_LIVEKIT_VERSION], signal);
  await provideKubernetes('build', signal);
  tally = withinRetryBudget(
    await runVitest(['kubernetes'], signal, [
      '--config=vitest.kubernetes.config.ts',
      ...process.argv.slice(2),
    ]),
  );
};

const close = async () => {
  for (const line of describeTally(tally)) process.stderr.write(`${line}\n`);
  process.stdout.write(`${tally.passed} passed, ${tally.failed.length} failed\n`);
  return tally.failed.length === 0 ? 0 : 1;
};

await main(runTests, close);
