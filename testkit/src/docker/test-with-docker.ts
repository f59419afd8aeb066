/** Tests that need containers. */
import { hasErrorCode } from '@livekit-swarm/settings';

import { test } from 'vitest';
import type { DockerEngine } from './docker-engine.ts';
import { type DockerOptions, startDocker } from './start-docker.ts';

interface WithDocker {
  /** Starts an engine for the test, which is stopped after it. */
  start(options?: DockerOptions): Promise<DockerEngine>;
  /** Ends the test as skipped, with the reason. */
  skip(why: string): never;
}

/** Error codes of a host that lacks a requirement. */
const LACKING = ['no_docker', 'no_program'] as const;

/**
 * Defines a test that needs a Docker engine. When none can run, or a program is missing, it is
 * skipped with the reason.
 */
export const testWithDocker = (
  name: string,
  run: (docker: WithDocker) => Promise<void>,
  timeoutMs = 180_000,
): void =>
  test(name, { timeout: timeoutMs }, async (context) => {
    const engines: DockerEngine[] = [];
    const skip = (why: string): never => {
      process.stderr.write(`skipped: ${name}: ${why}\n`);
      return context.skip(why);
    };
    const start: WithDocker['start'] = async (options) => {
      const engine = await startDocker(options);
      engines.push(engine);
      return engine;
    };
    try {
      await run({ start, skip });
    } catch (error) {
      if (hasErrorCode(error, ...LACKING)) skip(`${error.message} (${error.hint})`);
      throw error;
    } finally {
      for (const engine of engines) await engine.stop();
    }
  });
