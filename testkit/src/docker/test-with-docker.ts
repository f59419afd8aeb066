/** Tests that need containers. */
import { hasErrorCode } from '@livekit-swarm/settings';

import { test } from 'vitest';
import type { DockerEngine } from './docker-engine.ts';
import { type DockerOptions, startDocker } from './start-docker.ts';

interface WithDocker {
  /** An engine of the test's own; it is stopped when the test is over. */
  start(options?: DockerOptions): Promise<DockerEngine>;
  /** Ends the test as skipped, with the reason. */
  skip(why: string): never;
}

/** What a host may lack, as SwarmError has it. */
const LACKING = ['no_docker', 'no_program'] as const;

/** A test that needs a Docker engine. Where none can run, or a program is missing, it is skipped, with its name and the reason. */
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
