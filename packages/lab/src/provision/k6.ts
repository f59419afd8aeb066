import { fileURLToPath } from 'node:url';
import type { PinnedProgram } from './pinned-program.ts';

/** Grafana k6, for scenarios/k6. The version is that of k6/go.mod. */
export const K6: PinnedProgram = {
  name: 'k6',
  version: '1.8.1',
  goPackage: 'go.k6.io/k6',
  moduleFolder: fileURLToPath(new URL('../../k6/', import.meta.url)),
  versionArgs: ['version'],
  // The first word of its version line is the name of its file: `k6 v1.8.1 (commit/…, go1.26.8, linux/amd64)`.
  versionPattern: /^\S+ v(\d+\.\d+\.\d+\S*) \(.*\bgo1\./,
  pathVariable: 'SWARM_K6',
  usualBuild: 'half a minute to 2 minutes',
};
