import { readFileSync } from 'node:fs';
import { PROBE_FAILURES } from '@livekit-swarm/catalogue';
import { configFile } from '@livekit-swarm/exporter';
import { readSettings } from '@livekit-swarm/settings';
import { describe, expect, it } from 'vitest';

const pageOf = (name: string): string =>
  readFileSync(new URL(`../../docs/${name}`, import.meta.url), 'utf8');
const blocks = ['exporter.md', 'probes.md', 'beacon.md'].flatMap((name) =>
  [...pageOf(name).matchAll(/^```yaml\n([\s\S]*?)^```/gm)].map(
    ([, yaml = ''], index): [string, string] => [`${name}, ${index + 1}`, yaml],
  ),
);

describe('docs of the exporter', () => {
  it.each(blocks)('shows a valid configuration: %s', (file, yaml) => {
    expect(() =>
      readSettings(yaml, configFile(), { file, noun: 'configuration', begin: '' }),
    ).not.toThrow();
  });

  it('explains every reason why a probe can fail', () => {
    for (const reason of PROBE_FAILURES)
      expect(pageOf('probes.md')).toMatch(new RegExp(`^\\|.*\`${reason}\``, 'm'));
  });
});
