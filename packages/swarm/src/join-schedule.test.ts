import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { scheduleJoins } from './join-schedule.ts';

const people = [0, 20, 40, 1_000].map((joinAtMs) => ({ joinAtMs }));

describe('scheduleJoins', () => {
  beforeEach(() => {
    vi.useFakeTimers({ now: 0 });
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  it('begins nobody before the start, and everybody when due', () => {
    const begun: number[] = [];
    scheduleJoins(
      people,
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
    const schedule = scheduleJoins(
      people,
      () => Date.now() + offset,
      () => {},
    );
    offset = 1_030;
    vi.advanceTimersByTime(1);
    expect(schedule.takeLate()).toBe(2);
    expect(schedule.takeLate()).toBe(0);
  });

  it('begins nobody after it was stopped', () => {
    const begun: number[] = [];
    const schedule = scheduleJoins(people, Date.now, ({ joinAtMs }) => begun.push(joinAtMs));
    vi.advanceTimersByTime(25);
    schedule.stop();
    vi.advanceTimersByTime(5_000);
    expect(begun).toEqual([0, 20]);
  });
});
