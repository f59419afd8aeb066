import { afterEach, describe, expect, it, vi } from 'vitest';
import { createRoomCleaner } from './room-cleaner.ts';

vi.mock('node:timers/promises', () => import('@livekit-swarm/testkit/global-sleep'));
afterEach(() => void vi.useRealTimers());

const access = { url: 'ws://127.0.0.1:1', apiKey: 'key', apiSecret: 'secret' };

describe('room cleaner', () => {
  it('waits until the room is deleted', async () => {
    const deleteRoom = vi.fn(async () => null);
    const cleaner = createRoomCleaner({ onFailed: () => {}, deleteRoom });
    await cleaner.clean(access, 'swarm-probe-1', 1_000);
    expect(deleteRoom).toHaveBeenCalledExactlyOnceWith(access, 'swarm-probe-1', expect.any(Number));
    expect(cleaner.left).toBe(0);
  });

  it('continues in the background while the server fails, until it succeeds', async () => {
    const answers = [
      { reason: 'server_error', message: 'no' },
      { reason: 'unreachable', message: 'no' },
      null,
    ];
    const onFailed = vi.fn();
    const cleaner = createRoomCleaner({
      onFailed,
      deleteRoom: async () => answers.shift() ?? null,
      pauses: [10, 10, 10],
    });
    await cleaner.clean(access, 'swarm-probe-1', 0);
    expect(cleaner.left).toBe(1);
    await cleaner.settle(1_000);
    expect([cleaner.left, answers.length]).toEqual([0, 0]);
    expect(onFailed).not.toHaveBeenCalled();
  });

  it('names the room that it could not delete', async () => {
    const onFailed = vi.fn();
    const failure = { reason: 'unreachable', message: 'connection refused' };
    const cleaner = createRoomCleaner({
      onFailed,
      deleteRoom: async () => failure,
      pauses: [1, 1],
    });
    await cleaner.clean(access, 'swarm-probe-1', 1_000);
    expect(onFailed).toHaveBeenCalledExactlyOnceWith(
      'the room swarm-probe-1 could not be deleted: connection refused',
    );
  });

  it('waits for remaining rooms no longer than the given time', async () => {
    vi.useFakeTimers();
    const cleaner = createRoomCleaner({
      onFailed: () => {},
      deleteRoom: () => new Promise(() => {}),
    });
    const onOver = vi.fn();
    void cleaner.clean(access, 'swarm-probe-1', 5).then(() => onOver('clean'));
    await vi.advanceTimersByTimeAsync(4);
    expect(onOver).not.toHaveBeenCalled();
    await vi.advanceTimersByTimeAsync(1);
    void cleaner.settle(30).then(() => onOver('settle'));
    await vi.advanceTimersByTimeAsync(29);
    expect(onOver.mock.calls).toEqual([['clean']]);
    await vi.advanceTimersByTimeAsync(1);
    expect(onOver.mock.calls).toEqual([['clean'], ['settle']]);
    expect(cleaner.left).toBe(1);
  });
});
