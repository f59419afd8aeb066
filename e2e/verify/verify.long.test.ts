/** `swarm verify` finds what is planted, and nothing else. */
import { skipWithout } from '@livekit-swarm/testkit/requirements';
import { describe, expect, it } from 'vitest';
import { behindHaproxy, MISCONFIGURATIONS } from '../support/planted-misconfigurations.ts';
import { findingsOf } from '../support/verify.ts';

await skipWithout('packet-filter', 'coturn', 'haproxy', 'openssl', 'redis', 'unshare');

describe('one planted misconfiguration is the only finding', () => {
  it.each(MISCONFIGURATIONS)('$name: $finds', async ({ finds, severity, exit, plant }) => {
    await using parts = new AsyncDisposableStack();
    const found = await findingsOf(await plant(parts));
    expect(found.findings, JSON.stringify(found.details)).toEqual([`${finds}: ${severity}`]);
    expect(found.exit).toBe(exit);
  });
});

it('a proxy that keeps old connections may be reloaded', async () => {
  await using parts = new AsyncDisposableStack();
  const found = await findingsOf(await behindHaproxy(parts, []));
  expect(found).toMatchObject({ exit: 0, findings: [] });
});
