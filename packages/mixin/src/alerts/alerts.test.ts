import { describe, expect, it } from 'vitest';
import { runbookName } from '../rule.ts';
import { ALERTS, RECORDINGS } from '../shipped.ts';

describe.each(ALERTS)('$name', (alert) => {
  it('has a constant summary, a complete description and a rule test', () => {
    expect(alert.name).toMatch(/^(LiveKit([A-Z][a-z]+)+|Watchdog)$/);
    // The summary is the same for every instance; values are in the description.
    expect(alert.summary).not.toContain('{{');
    expect(alert.summary).toMatch(/\.$/);
    expect(alert.description).toMatch(/[.}]$/);
    expect(alert.test.fires.length).toBeGreaterThan(0);
  });
});

it('has unique names', () => {
  const names = [
    ...ALERTS.map(({ name, severity, labels }) => JSON.stringify([name, severity, labels])),
    ...RECORDINGS.map(({ record }) => record),
  ];
  expect(new Set(names).size).toBe(names.length);
});

it('names recordings by level, metric and operations', () => {
  for (const { record } of RECORDINGS) expect(record).toMatch(/^[a-z_]+:[a-z0-9_]+:[a-z0-9_]+$/);
});

it('names a runbook after its alert', () => {
  expect(runbookName('LiveKitNodeDown')).toBe('livekit-node-down');
  expect(runbookName('LiveKitCpuHigh')).toBe('livekit-cpu-high');
});
