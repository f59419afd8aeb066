import os from 'node:os';

/** Where a run came from, for those who read its record later. Nothing secret, nothing that names a person. */
export const describeEnvironment = (version: string): Record<string, string | number> => ({
  swarm: version,
  node: process.version,
  platform: `${process.platform}-${process.arch}`,
  kernel: os.release(),
  cpu: os.cpus()[0]?.model.trim() ?? 'unknown',
  cores: os.availableParallelism(),
  memoryBytes: os.totalmem(),
});
