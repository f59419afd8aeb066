import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type CalibrationMeans, calibrateBy, readCalibrationChoice } from './calibration.ts';

let dir: string;
let measured: number;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'swarm-calibration-'));
  measured = 0;
});
afterEach(() => rmSync(dir, { recursive: true }));

const means = (more: Partial<CalibrationMeans> = {}): CalibrationMeans => ({
  file: join(dir, 'cache', 'calibration.json'),
  measure: () => {
    measured++;
    return { microsPerPacket: 2, bestMicros: 1.8, worstMicros: 2.5 };
  },
  now: () => 1_000,
  boot: 'machine/boot',
  ...more,
});

describe('calibrateBy', () => {
  it('measures once and caches the result', () => {
    const first = calibrateBy({ type: 'auto' }, means());
    const once = { microsPerPacket: 2.8, measuredAtMs: 1_000, measurements: 1 };
    expect(first).toEqual({ source: 'measured', ...once });
    const second = calibrateBy({ type: 'auto' }, means({ now: () => 9_000 }));
    expect(second).toEqual({ source: 'cached', ...once });
    expect(measured).toBe(1);
    calibrateBy({ type: 'fresh' }, means());
    expect(measured).toBe(2);
  });

  it('measures again after ten minutes, and plans with the slowest of the last measurements', () => {
    const MINUTE = 60_000;
    const at = (minutes: number, micros: number, type: 'auto' | 'fresh' = 'auto') => {
      const measure = () => ({ microsPerPacket: micros, bestMicros: micros, worstMicros: micros });
      return calibrateBy({ type }, means({ measure, now: () => minutes * MINUTE }));
    };
    // A load makes cores slower, as it was measured.
    const once = expect.closeTo(1.12);
    expect(at(0, 0.8)).toMatchObject({ source: 'measured', microsPerPacket: once });
    expect(at(9, 1.6)).toMatchObject({ source: 'cached', microsPerPacket: once });
    const slow = { microsPerPacket: 1.6, measurements: 2, measuredAtMs: 11 * MINUTE };
    expect(at(11, 1.6)).toEqual({ source: 'measured', ...slow });
    expect(at(12, 0.8)).toEqual({ source: 'cached', ...slow });
    expect(at(22, 0.9)).toMatchObject({ microsPerPacket: 1.6, measurements: 3 });
    // A fresh one replaces the others.
    expect(at(23, 0.9, 'fresh')).toMatchObject({
      microsPerPacket: expect.closeTo(1.26),
      measurements: 1,
    });
    expect(at(24, 0.9)).toMatchObject({ source: 'cached', measurements: 1 });
    // A measurement counts for a day, and eight at most.
    expect(at(25 * 60, 1)).toMatchObject({ microsPerPacket: 1.4, measurements: 1 });
    for (let turn = 1; turn <= 9; turn++) at(25 * 60 + 11 * turn, 0.7);
    expect(at(27 * 60, 0.7)).toMatchObject({
      microsPerPacket: expect.closeTo(0.98),
      measurements: 8,
    });
  });

  it('measures again after the clock was set back', () => {
    calibrateBy({ type: 'auto' }, means({ now: () => 9_000_000 }));
    expect(calibrateBy({ type: 'auto' }, means())).toMatchObject({
      ...{ source: 'measured', measuredAtMs: 1_000, measurements: 1 },
    });
  });

  it('measures again after a boot, and if the file is damaged', () => {
    calibrateBy({ type: 'auto' }, means());
    const { file } = means();
    const kept = JSON.parse(readFileSync(file, 'utf8'));
    writeFileSync(file, JSON.stringify({ ...kept, boot: 'machine/another' }));
    expect(calibrateBy({ type: 'auto' }, means()).source).toBe('measured');
    writeFileSync(file, '{"version":');
    expect(calibrateBy({ type: 'auto' }, means()).source).toBe('measured');
  });

  it('caches nothing if the boot is unknown', () => {
    for (const _ of [1, 2])
      expect(calibrateBy({ type: 'auto' }, means({ boot: null })).source).toBe('measured');
    expect(measured).toBe(2);
  });

  it('does not cache a measurement that other processes disturbed', () => {
    const disturbed = means({
      measure: () => ({ microsPerPacket: 4, bestMicros: 2, worstMicros: 9 }),
    });
    calibrateBy({ type: 'auto' }, disturbed);
    expect(calibrateBy({ type: 'auto' }, means()).source).toBe('measured');
  });

  it('never fails, because a plan can do without it', () => {
    const broken = means({
      measure: () => {
        throw new Error('UDP is not permitted');
      },
    });
    expect(calibrateBy({ type: 'auto' }, broken)).toEqual({
      source: 'skipped',
      reason: 'failed',
      message: 'UDP is not permitted',
    });
    writeFileSync(join(dir, 'taken'), '');
    const readOnly = means({ file: join(dir, 'taken', 'calibration.json') });
    expect(calibrateBy({ type: 'auto' }, readOnly).source).toBe('measured');
  });

  it('can be switched off or given', () => {
    expect(calibrateBy(readCalibrationChoice('off'), means()).source).toBe('skipped');
    expect(calibrateBy(readCalibrationChoice('1.5'), means())).toEqual({
      source: 'given',
      microsPerPacket: 1.5,
    });
    expect(measured).toBe(0);
    for (const wrong of ['0', 'fast', '-1', '1000', ''])
      expect(() => readCalibrationChoice(wrong)).toThrow('--calibration');
  });
});
