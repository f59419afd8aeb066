import { readdirSync, readFileSync } from 'node:fs';
import { propertyRuns } from '@livekit-swarm/testkit/property-runs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { arbitraryScenario } from '../../test/support/arbitrary-scenario.ts';
import { parseScenario } from './parse-scenario.ts';
import { byTarget } from './read-thresholds.ts';
import { formatScenario } from './write/format-scenario.ts';

describe('a scenario and its file', () => {
  it('are equal for any scenario', () => {
    fc.assert(
      fc.property(arbitraryScenario, (scenario) => {
        const text = formatScenario(scenario, { schema: 'scenario.schema.json', comment: 'made' });
        const canonical = { ...scenario, thresholds: byTarget(scenario.thresholds) };
        expect(parseScenario(text, { file: 'made.yaml' })).toEqual(canonical);
        // The scenario that was read is written in the same form again.
        expect(formatScenario(canonical, { schema: 'scenario.schema.json', comment: 'made' })).toBe(
          text,
        );
      }),
      propertyRuns(150),
    );
  }, 60_000);

  const folder = new URL('../../../../scenarios/', import.meta.url);
  it.each(readdirSync(folder).filter((name) => name.endsWith('.yaml')))('are equal: %s', (file) => {
    const text = readFileSync(new URL(file, folder), 'utf8');
    for (const scale of [undefined, 'small', '0.1', '2.5']) {
      const scenario = parseScenario(text, { file, scale });
      expect(parseScenario(formatScenario(scenario), { file: 'written.yaml' })).toEqual(scenario);
    }
  });
});
