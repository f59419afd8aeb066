import { EventEmitter } from 'node:events';
import { describe, expect, it } from 'vitest';
import { SAME_PRESS_MS, watchInterruption } from './interruption.ts';

const setUp = () => {
  const source = new EventEmitter();
  const clock = { now: 0 };
  return { source, clock, interruption: watchInterruption(source, () => clock.now) };
};

describe('watchInterruption', () => {
  it('stops at the first signal and kills at the second', () => {
    const { source, clock, interruption } = setUp();
    source.emit('SIGINT');
    expect([interruption.stop.aborted, interruption.kill.aborted]).toEqual([true, false]);
    clock.now = SAME_PRESS_MS;
    source.emit('SIGTERM');
    expect(interruption.kill.aborted).toBe(true);
  });

  it('counts one key press that arrives twice as one', () => {
    const { source, clock, interruption } = setUp();
    source.emit('SIGINT');
    clock.now = SAME_PRESS_MS - 1;
    source.emit('SIGINT');
    expect(interruption.kill.aborted).toBe(false);
  });

  it.each(['SIGHUP', 'disconnect'])('ends at once on %s', (event) => {
    const { source, interruption } = setUp();
    source.emit(event);
    expect(interruption.kill.aborted).toBe(true);
  });

  it('ignores signals after dispose', () => {
    const { source, interruption } = setUp();
    interruption.dispose();
    source.emit('SIGINT');
    expect(interruption.stop.aborted).toBe(false);
    expect(source.eventNames()).toEqual([]);
  });
});
