import type { DrillFault } from '@livekit-swarm/chaos/drill';
import { FAULTS } from '@livekit-swarm/chaos/faults';
import { expect, it } from 'vitest';
import { formatParams } from './format-params.ts';

const said = (name: string, given: object): string =>
  formatParams({
    params: { ...(FAULTS.get(name)?.params.parse(given) ?? {}) } as DrillFault['params'],
  });

it.each([
  ['kill', {}, ''],
  ['blackhole', {}, ''],
  ['blackhole', { protocol: 'udp', direction: 'in' }, 'udp, in'],
  ['packet-loss', { loss: '0.02%' }, '0.02 %, udp'],
  ['packet-loss', { loss: '7%', burst: 3, protocol: 'both' }, '7 %, in bursts of 3'],
  ['delay', { delay: '1500ms', direction: 'out' }, '1.5s, udp, out'],
  ['jitter', { jitter: '15ms' }, '15ms, udp'],
  ['reorder', { share: '50%' }, '50 %, udp'],
  [
    'rate-limit',
    { rate: '64kbit/s', shared: false },
    '64 kbit/s, queue 200ms, udp, per participant',
  ],
  ['cpu-pressure', { cores: 0.5 }, '0.5 cores'],
  ['memory-pressure', { megabytes: 100 }, '100 MB more'],
  ['redis-flush', {}, ''],
  ['redis-flush', { otherKeys: 'keep', database: 3 }, 'database 3, keep other keys'],
  ['drain', {}, 'grace 30s'],
  ['remove-node', { grace: '10s', end: 'sigterm' }, 'then sigterm, grace 10s'],
  ['upgrade', { to: '1.13.5', grace: '5s', end: 'sigterm' }, 'to 1.13.5, then sigterm, grace 5s'],
  ['change-config', { config: { room: {} } }, 'with room, grace 30s'],
  ['redis-isolation', {}, ''],
  ['redis-isolation', { from: 'peers' }, 'from replicas and Sentinels'],
  ['change-keys', { keys: 'both', grace: '2s' }, 'grace 2s, both keys'],
  ['change-dns', {}, ''],
  ['change-dns', { closeAfter: '20s' }, 'old address closes after 20s'],
  ['renew-certificate', {}, ''],
  ['renew-certificate', { certificate: 'other-name' }, 'other-name'],
  ['load-balancer-reload', { signal: 'SIGUSR2' }, 'by SIGUSR2'],
  ['restart', {}, ''],
  ['restart', { grace: '1s', down: '12s' }, 'grace 1s, down 12s'],
])('%s with %o: %s', (name, given, words) => expect(said(name, given)).toBe(words));

/** Values of parameters, one of which each parameter may have and is not its default. */
const VALUES = [7, 'udp', 'in', 'keep', 'peers', false, { room: {} }];

it.each([...FAULTS.values()])('has words for every parameter of $name', ({ params }) => {
  const keys = 'shape' in params ? Object.keys(params.shape as object) : [];
  const wordless = keys.filter((key) =>
    VALUES.every((value) => formatParams({ params: { [key]: value } }) === ''),
  );
  expect(wordless, 'parameters without words in format-params.ts').toEqual([]);
});

it('ignores unknown parameters', () => {
  for (const params of [{}, { other: 3, loss: '2%' }]) expect(formatParams({ params })).toBe('');
});
