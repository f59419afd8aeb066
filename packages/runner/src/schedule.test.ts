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

  it('starts no item before the start, and each item as scheduled', () => {
    const begun: number[] = [];
    schedule(
      joinAt,
      () => Date.now() - 500,
      ({ joinAtMs }) => begun.push(joinAtMs),
    ).add(people);
    vi.advanceTimersByTime(499);
    expect(begun).toEqual([]);
    vi.advanceTimersByTime(1);
    expect(begun).toEqual([0]);
    vi.advanceTimersByTime(40);
    expect(begun).toEqual([0, 20, 40]);
    vi.advanceTimersByTime(960);
    expect(begun).toEqual([0, 20, 40, 1_000]);
  });

  it('counts each item that started more than a second late once', () => {
    let offset = 0;
    const joins = schedule(
      joinAt,
      () => Date.now() + offset,
      () => {},
    );
    joins.add(people);
    offset = 1_030;
    vi.advanceTimersByTime(1);
    expect(joins.takeLate()).toBe(2);
    expect(joins.takeLate()).toBe(0);
  });

  it('waits longer than a timer can', () => {
    const begun: number[] = [];
    const inTwoMonths = 60 * 86_400_000;
    schedule(joinAt, Date.now, ({ joinAtMs }) => begun.push(joinAtMs)).add([
      { joinAtMs: inTwoMonths },
    ]);
    vi.advanceTimersByTime(inTwoMonths - 1);
    expect(begun).toEqual([]);
    vi.advanceTimersByTime(1);
    expect(begun).toEqual([inTwoMonths]);
  });

  it('starts no item after it was stopped', () => {
    const begun: number[] = [];
    const joins = schedule(joinAt, Date.now, ({ joinAtMs }) => begun.push(joinAtMs));
    joins.add(people);
    vi.advanceTimersByTime(25);
    joins.stop();
    vi.advanceTimersByTime(5_000);
    expect(begun).toEqual([0, 20]);
  });

  it('accepts items in any order, and starts overdue ones at once', () => {
    const begun: number[] = [];
    const joins = schedule(joinAt, Date.now, ({ joinAtMs }) => begun.push(joinAtMs));
    joins.add(people);
    vi.advanceTimersByTime(50);
    joins.add([{ joinAtMs: 500 }, { joinAtMs: 45 }, { joinAtMs: 60 }]);
    expect(begun).toEqual([0, 20, 40]);
    vi.advanceTimersByTime(1);
    expect(begun).toEqual([0, 20, 40, 45]);
    vi.advanceTimersByTime(1_000);
    expect(begun).toEqual([0, 20, 40, 45, 60, 500, 1_000]);
  });

  it('accepts items from an item that it starts', () => {
    const begun: number[] = [];
    const joins = schedule(joinAt, Date.now, ({ joinAtMs }) => {
      begun.push(joinAtMs);
      if (joinAtMs < 100) joins.add([{ joinAtMs: joinAtMs + 30 }]);
      if (joinAtMs === 95) joins.add([{ joinAtMs: 1 }]);
    });
    joins.add([{ joinAtMs: 0 }, { joinAtMs: 35 }]);
    vi.advanceTimersByTime(200);
    expect(begun).toEqual([0, 30, 35, 60, 65, 90, 95, 1, 31, 61, 91, 120, 121, 125]);
  });
});
