import { describe, expect, it } from 'vitest';
import { nightLine } from '../../test/support/night-line.ts';
import { judgeDrill, pastOutcomes } from './judge-drill.ts';
import type { NightLine } from './night-line.ts';

const SPLIT = { outcome: 'failed', reasons: ['not_recovered', 'split_brain'] } as const;
const SLOW = { outcome: 'failed', reasons: ['time_to_recover'] } as const;
const PASSED = { outcome: 'passed', reasons: [] } as const;

type Outcome = { outcome: NightLine['outcome']; reasons: readonly string[] };
const line = ({ outcome, reasons }: Outcome, facts: Partial<NightLine> = {}): NightLine =>
  nightLine({ outcome, reasons: [...reasons], ...facts });

/** Nights one day after the other, each judged with those before it. */
const findingsOf = (outcomes: readonly Outcome[], nights = 3): string[] => {
  const history: NightLine[] = [];
  return outcomes.map((outcome, day) => {
    const tonight = line(outcome, { night: `2026-11-${String(day + 1).padStart(2, '0')}` });
    const { finding } = judgeDrill(tonight, { history, expectations: new Map(), nights });
    history.push({ ...tonight, finding });
    return finding;
  });
};

describe('a drill with a history', () => {
  it('has a known outcome when it is the one of the nights before', () => {
    expect(findingsOf([SPLIT, SPLIT, SPLIT])).toEqual(['new', 'known', 'known']);
  });

  it('is changed by another outcome or other reasons, until the last nights agree on it', () => {
    expect(findingsOf([PASSED, PASSED, SPLIT, SPLIT, SPLIT, SPLIT])).toEqual([
      ...['new', 'known', 'changed', 'changed', 'changed', 'known'],
    ]);
    expect(findingsOf([SPLIT, SLOW])).toEqual(['new', 'changed']);
    expect(findingsOf([SPLIT, PASSED])).toEqual(['new', 'changed']);
    expect(findingsOf([PASSED, SPLIT, SPLIT], 1)).toEqual(['new', 'changed', 'known']);
  });

  it('stays changed when it alternates', () => {
    expect(findingsOf([PASSED, SPLIT, PASSED, SPLIT, PASSED, SPLIT])).toEqual([
      ...['new', 'changed', 'known', 'changed', 'known', 'changed'],
    ]);
  });

  it('is never new by an outcome that states nothing about the server', () => {
    const nothing = { outcome: 'inconclusive', reasons: ['generator_impaired'] } as const;
    const unreachable = { outcome: 'error', reasons: ['not_started'] } as const;
    expect(findingsOf([nothing, PASSED, nothing, unreachable, PASSED])).toEqual([
      ...['undecided', 'new', 'undecided', 'error', 'known'],
    ]);
  });

  it.each<[string, Partial<NightLine>]>([
    ['another text', { sha256: 'b'.repeat(64) }],
    ['another deployment', { deployment: 'staging' }],
    ['another drill', { drill: 'hang-20s' }],
    ['the same night, before it was continued', { night: '2026-11-27' }],
  ])('does not count lines of %s', (_, facts) => {
    const tonight = line(PASSED, { night: '2026-11-27' });
    const history = [line(SPLIT, { night: '2026-11-20', ...facts })];
    expect(judgeDrill(tonight, { history, expectations: new Map(), nights: 3 })).toMatchObject({
      finding: 'new',
    });
    expect(pastOutcomes([tonight], history)[0]?.outcomes).toEqual([]);
  });

  it('counts the last attempt of a night, in any order of reasons', () => {
    const history = [
      line(SLOW, { night: '2026-11-20' }),
      line({ ...SPLIT, reasons: ['split_brain', 'not_recovered'] }, { night: '2026-11-20' }),
    ];
    expect(judgeDrill(line(SPLIT), { history, expectations: new Map(), nights: 3 })).toMatchObject({
      finding: 'known',
      knownFrom: 'history',
    });
  });
});

describe('a drill with expectations', () => {
  const history = [line(PASSED, { night: '2026-11-20' })];
  const judge = (outcome: Outcome, expected: readonly Outcome[]) =>
    judgeDrill(line(outcome), {
      history,
      expectations: new Map([
        ['hang-10s', expected.map((one) => ({ outcome: one.outcome, reasons: [...one.reasons] }))],
      ]),
      nights: 3,
    });

  it('has one of its expected outcomes, whatever the nights before were', () => {
    expect(judge(SPLIT, [PASSED, SPLIT])).toMatchObject({
      finding: 'known',
      knownFrom: 'expectations',
    });
    expect(judge(PASSED, [SPLIT])).toMatchObject({ finding: 'changed', known: [SPLIT] });
    const nothing = { outcome: 'void', reasons: ['fault_unavailable'] } as const;
    expect(judge(nothing, [nothing]).finding).toBe('known');
    expect(judge(nothing, [PASSED]).finding).toBe('undecided');
  });
});

describe('a drill without history', () => {
  it('has the known failures of its file', () => {
    const known = { history: [], expectations: new Map(), nights: 3 };
    expect(judgeDrill(line(SPLIT, { knownFailureStatus: 'known_failure' }), known)).toEqual({
      ...{ finding: 'known', known: [], knownFrom: 'drill' },
    });
    expect(judgeDrill(line(SPLIT, { knownFailureStatus: 'unexpected_failure' }), known)).toEqual({
      ...{ finding: 'new', known: [], knownFrom: null },
    });
    expect(judgeDrill(line({ outcome: 'interrupted', reasons: [] }), known).finding).toBe(
      'interrupted',
    );
  });
});
