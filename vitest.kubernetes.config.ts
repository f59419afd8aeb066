import { defineConfig } from 'vitest/config';

/** Tests that need a whole Kubernetes: `npm run test:kubernetes`. Not among the others, as building it takes minutes the first time. */
export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: 'kubernetes',
          include: [
            'packages/*/test-kubernetes/**/*.test.ts',
            'testkit/test-kubernetes/**/*.test.ts',
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
