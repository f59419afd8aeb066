import { readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { scratch, startSwarm } from './swarm.ts';

export const libraryFolder = new URL('../../scenarios/', import.meta.url);
export const libraryFiles: readonly string[] = readdirSync(libraryFolder).filter((name) =>
  name.endsWith('.yaml'),
);

/** One for each kind of load: many rooms, arrivals, churn, data, encryption, screens, TURN. CI runs these, the others are long tests. */
const OFTEN = [
  'big-cluster.yaml',
  'e2ee-call.yaml',
  'join-and-leave.yaml',
  'open-arrivals.yaml',
  'restrictive-network.yaml',
  'screen-session.yaml',
  'voice-ai.yaml',
];
export const isOften = (file: string): boolean => OFTEN.includes(file);

interface Result {
  verdict: string;
  reasons: string[];
  thresholds: { source: string; ok: boolean | null }[];
  joins: { planned: number; joined: number };
}

/** One at a time, so that each can be retried on its own where the host was too busy to measure. */
export const testLibrary = (files: readonly string[]): void => {
  describe('the library', () => {
    it.each(files)('%s passes at its small scale', async (file) => {
      const swarm = startSwarm(
        [
          'run',
          fileURLToPath(new URL(file, libraryFolder)),
          '--scale',
          'small',
          '--json',
          '--quiet',
        ],
        {},
        scratch(),
      );
      const exitCode = await swarm.ended;
      const { verdict, reasons, thresholds, joins } = JSON.parse(swarm.stdout()) as Result;
      expect({ file, exitCode, verdict, reasons }).toEqual({
        file,
        exitCode: 0,
        verdict: 'passed',
        reasons: [],
      });
      expect(joins.joined).toBe(joins.planned);
      // What its owners expect was measured and held, not only what holds for every run.
      expect(
        thresholds.filter(({ source, ok }) => source !== 'default' && ok === true).length,
      ).toBeGreaterThanOrEqual(4);
    });
  });
};
