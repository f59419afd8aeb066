import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { scratch, startSwarm } from './support/swarm.ts';

const folder = new URL('../../../scenarios/', import.meta.url);
const files = readdirSync(folder).filter((name) => name.endsWith('.yaml'));

interface Result {
  verdict: string;
  reasons: string[];
  thresholds: { source: string; ok: boolean | null }[];
  joins: { planned: number; joined: number };
}

/** One at a time, so that each can be retried on its own where the host was too busy to measure. */
describe('the library', () => {
  it.each(files)('%s passes at its small scale', async (file) => {
    const swarm = startSwarm(
      ['run', fileURLToPath(new URL(file, folder)), '--scale', 'small', '--json', '--quiet'],
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

  it('is listed whole', () => {
    const page = readFileSync(new URL('README.md', folder), 'utf8');
    for (const file of files) expect(page).toContain(`](${file})`);
  });
});
