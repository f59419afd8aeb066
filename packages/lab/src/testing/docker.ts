/** Tests that need containers. */
import { test } from 'vitest';
import type { DockerEngine } from '../docker/docker-engine.ts';
import { type DockerOptions, startDocker } from '../docker/start-docker.ts';
import { LabError } from '../lab-error.ts';

type Start = (options?: DockerOptions) => Promise<DockerEngine>;

/**
 * A test that needs a Docker engine. Where none can run it is skipped, and says so by name and reason. What was started is stopped in any case.
 */
export const testWithDocker = (name: string, run: (start: Start) => Promise<void>, timeoutMs = 180_000): void =>
  test(name, { timeout: timeoutMs }, async (context) => {
    const engines: DockerEngine[] = [];
    try {
      await run(async (options) => {
        const engine = await startDocker(options).catch((error: unknown) => {
          if (!(error instanceof LabError && error.reason === 'no-docker')) throw error;
          const why = `${error.message} (${error.hint})`;
          process.stderr.write(`skipped: ${name}: ${why}\n`);
          return context.skip(why);
        });
        engines.push(engine);
        return engine;
      });
    } finally {
      for (const engine of engines) await engine.stop();
    }
  });
