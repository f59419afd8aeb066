import { describe, expect, it } from 'vitest';
import { nightLine } from '../../../chaos/test/support/night-line.ts';
import { nightSample } from '../../test/support/samples.ts';
import { NIGHT_REPORTERS } from './index.ts';

const { text, markdown } = NIGHT_REPORTERS;

describe('the report of a night', () => {
  it('begins with what is new, and lists every drill', () => {
    const shown = text.render(nightSample());
    expect(shown).toMatch(
      /^✗ FAILED \(exit 99\) {2}5 drills: 2 known, 1 new, 1 changed, 1 undecided; 2 left out\n/,
    );
    expect(shown).toMatch(/· worse: failed: split_brain \([^\n]*\n?[^\n]*; nights before: passed/);
    expect(shown).toContain('· busy: inconclusive: generator_impaired, also when it was repeated');
    expect(shown).toContain('order by seed 5');
    expect(shown).toContain('no time left (--max-duration)');
    expect(shown).toContain('✓ 2026-11-25 passed');
    // A drill that is known or new and passed needs no reason.
    expect(shown).not.toContain('· calm');
    expect(markdown.render(nightSample())).toMatch(/^## ✗ Night failed: 5 drills/);
  });

  it('passes with known failures only', () => {
    const known = nightLine({ outcome: 'failed', reasons: ['split_brain'] });
    const shown = text.render({ ...nightSample(), exitCode: 0, drills: [known], leftOut: [] });
    expect(shown).toMatch(/^✓ PASSED \(exit 0\) {2}1 drill: 1 known\n {2}Night of/);
  });

  it('states that no drill was executed', () => {
    const shown = text.render({ ...nightSample(), exitCode: 98, drills: [], past: [] });
    expect(shown).toMatch(
      /^\? INCONCLUSIVE \(exit 98\) {2}0 drills; 2 left out\n {2}· No drill was/,
    );
  });
});
