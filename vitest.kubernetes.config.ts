import { defineConfig } from 'vitest/config';
import { TallyReporter } from './scripts/test/tally-reporter.mjs';

const report = process.env.SWARM_TALLY;

/** Tests that need a Kubernetes cluster: `npm run test:kubernetes`. Not among the others, as building it takes minutes the first time. */
export default defineConfig({
  test: {
    reporters: ['default', ...(report === undefined ? [] : [new TallyReporter(report)])],
    projects: [
      {
        test: {
          name: 'kubernetes',
          include: [
            'packages/*/test-kubernetes/**/*.test.ts',
            'testkit/test-kubernetes/**/*.test.ts',
            'e2e/kubernetes/**/*.test.ts',
          ],
          testTimeout: 300_000,
          hookTimeout: 300_000,
          // There can be one cluster on a machine.
          fileParallelism: false,
          retry: 1,
        },
      },
    ],
  },
});
