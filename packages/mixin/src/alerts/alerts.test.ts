import { describe, expect, it } from 'vitest';
import { RECORDINGS } from '../recordings.ts';
import { runbookName } from '../rule.ts';
import { ALERTS } from './index.ts';

describe.each(ALERTS)('$name', (alert) => {
  it('has a constant summary, a complete description and a rule test', () => {
    expect(alert.name).toMatch(/^LiveKit([A-Z][a-z]+)+$/);
    // The summary is the same for every instance; values are in the description.
    expect(alert.summary).not.toContain('{{');
    expect(alert.summary).toMatch(/\.$/);
    expect(alert.description).toMatch(/[.}]$/);
    expect(alert.test.fires.length).toBeGreaterThan(0);
  });
});

it('has unique names', () => {
  const names = [...ALERTS.map(({ name }) => name), ...RECORDINGS.map(({ record }) => record)];
  expect(new Set(names).size).toBe(names.length);
});

it('names recordings by level, metric and operations', () => {
  for (const { record } of RECORDINGS) expect(record).toMatch(/^[a-z_]+:[a-z0-9_]+:[a-z0-9_]+$/);
});

it('names a runbook after its alert', () => {
  expect(runbookName('LiveKitNodeDown')).toBe('livekit-node-down');
  expect(runbookName('LiveKitCpuHigh')).toBe('livekit-cpu-high');
});
