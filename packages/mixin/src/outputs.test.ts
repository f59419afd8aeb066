import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { outputs } from './outputs.ts';
import { SHIPPED } from './shipped.ts';

it.each(Object.entries(outputs(SHIPPED, null)))(
  '%s is up to date (npm run mixin)',
  (path, content) => {
    expect(readFileSync(new URL(`../../../${path}`, import.meta.url), 'utf8')).toBe(content);
  },
);

describe('the alert on capacity', () => {
  const files = ['livekit-swarm.rules.yaml', 'livekit-swarm.prometheus-rule.yaml'];

  it('does not exist without a measured capacity', () => {
    for (const file of files)
      expect(outputs(SHIPPED, null)[`alerts/${file}`]).not.toMatch(
        /LiveKitCapacityHigh|livekit_capacity/,
      );
  });

  it('uses the measured capacity', () => {
    const written = outputs(SHIPPED, { participants: 337, scenario: 'voice-ai' });
    for (const file of files) {
      expect(written[`alerts/${file}`]).toContain('alert: LiveKitCapacityHigh');
      expect(written[`alerts/${file}`]).toContain('* 0 + 337)');
      expect(written[`alerts/${file}`]).toContain(
        '337 participants that a node carries (voice-ai)',
      );
      expect(written[`alerts/${file}`]).not.toContain('livekit_room_total');
    }
  });

  it('uses the measured rooms, too, where there are some', () => {
    const written = outputs(SHIPPED, { participants: 337, rooms: 112, scenario: 'voice-ai' });
    for (const file of files) {
      expect(written[`alerts/${file}`]).toMatch(/\(livekit_room_total\{.*\}\) \/ 112/);
      expect(written[`alerts/${file}`]).toContain(
        '337 participants or 112 rooms that a node carries (voice-ai)',
      );
    }
  });
});
