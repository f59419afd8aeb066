import { describe, expect, it } from 'vitest';
import { createPasswordCheck } from './password-check.ts';

const HASH = '$2y$10$QOauhQNbBCuQDKes6eFzPeMqBSjb7Mr5DUmpZ/VcEd00UAV/LDeSi';
const users = new Map([['prom', HASH]]);

describe('createPasswordCheck', () => {
  it('agrees with a hash of Go', async () => {
    const { verify } = createPasswordCheck();
    expect(await verify('prom', 'fakepassword', users)).toBe('right');
    expect(await verify('prom', 'other', users)).toBe('wrong');
    expect(await verify('unknown', 'fakepassword', users)).toBe('wrong');
  });

  it('checks unknown users against a hash of the cost of the others', async () => {
    const hashes: string[] = [];
    const { verify } = createPasswordCheck({
      compare: async (_password, hash) => {
        hashes.push(hash);
        return true;
      },
    });
    expect(await verify('unknown', 'right', new Map([['prom', 'costly']]))).toBe('wrong');
    expect(hashes).toEqual(['costly']);
  });

  it('checks a right password once, also for users with the same hash', async () => {
    let checks = 0;
    const { verify } = createPasswordCheck({ compare: async () => ++checks > 0 });
    for (let time = 0; time < 3; time++) await verify('prom', 'right', users);
    expect(checks).toBe(1);
    await verify('prom', 'right', new Map([['prom', 'another hash']]));
    expect(checks).toBe(2);
  });

  it('checks one at a time, pauses after a wrong one, and rejects what exceeds the queue', async () => {
    let running = 0;
    let most = 0;
    let pauses = 0;
    const { verify } = createPasswordCheck({
      compare: async () => {
        most = Math.max(most, ++running);
        await new Promise((resolve) => setImmediate(resolve));
        running--;
        return false;
      },
      pause: async () => ++pauses,
    });
    const results = await Promise.all(
      Array.from({ length: 20 }, (_, index) => verify('prom', `guess ${index}`, users)),
    );
    expect(most).toBe(1);
    expect(results.filter((result) => result === 'busy')).toHaveLength(4);
    expect(results.filter((result) => result === 'wrong')).toHaveLength(16);
    await new Promise((resolve) => setImmediate(resolve));
    expect(pauses).toBe(16);
  });
});
