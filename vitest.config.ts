import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: 'unit',
          include: [
            'packages/*/src/**/*.test.ts',
            'testkit/src/**/*.test.ts',
            'scripts/**/*.test.{mjs,ts}',
            'scenarios/**/*.test.ts',
          ],
          testTimeout: 20_000,
        },
      },
      {
        test: {
          name: 'real',
          include: ['packages/*/test/**/*.test.ts', 'testkit/test/**/*.test.ts'],
          testTimeout: 180_000,
          hookTimeout: 180_000,
          // Real servers and real crowds on one machine: side by side they would starve each other and judge each other.
          fileParallelism: false,
          // A machine that stands still for a second in the middle of a handshake is no fault of ours; twice in a row it is.
          retry: 1,
        },
      },
    ],
  },
});
