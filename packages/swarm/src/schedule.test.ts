import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { schedule } from './schedule.ts';

const people = [0, 20, 40, 1_000].map((joinAtMs) => ({ joinAtMs }));
const joinAt = ({ joinAtMs }: { joinAtMs: number }): number => joinAtMs;

describe('schedule', () => {
  beforeEach(() => {
    vi.useFakeTimers({ now: 0 });
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  it('begins nobody before the start, and everybody when due', () => {
    const begun: number[] = [];
    schedule(
      people,
      joinAt,
      () => Date.now() - 500,
      ({ joinAtMs }) => begun.push(joinAtMs),
    );
    vi.advanceTimersByTime(499);
    expect(begun).toEqual([]);
    vi.advanceTimersByTime(1);
    expect(begun).toEqual([0]);
    vi.advanceTimersByTime(40);
    expect(begun).toEqual([0, 20, 40]);
    vi.advanceTimersByTime(960);
    expect(begun).toEqual([0, 20, 40, 1_000]);
  });

  it('counts who began more than a second late, once', () => {
    let offset = 0;
    const joins = schedule(
      people,
      joinAt,
      () => Date.now() + offset,
      () => {},
    );
    offset = 1_030;
    vi.advanceTimersByTime(1);
    expect(joins.takeLate()).toBe(2);
    expect(joins.takeLate()).toBe(0);
  });

  it('waits longer than a timer can', () => {
    const begun: number[] = [];
    const inTwoMonths = 60 * 86_400_000;
    schedule([{ joinAtMs: inTwoMonths }], joinAt, Date.now, ({ joinAtMs }) => begun.push(joinAtMs));
    vi.advanceTimersByTime(inTwoMonths - 1);
    expect(begun).toEqual([]);
    vi.advanceTimersByTime(1);
    expect(begun).toEqual([inTwoMonths]);
  });

  it('begins nobody after it was stopped', () => {
    const begun: number[] = [];
    const joins = schedule(people, joinAt, Date.now, ({ joinAtMs }) => begun.push(joinAtMs));
    vi.advanceTimersByTime(25);
    joins.stop();
    vi.advanceTimersByTime(5_000);
    expect(begun).toEqual([0, 20]);
  });
});
