import { expect, test } from 'vitest';
import { findWorkers } from './worker-addresses.ts';

const pool = { everyAddress: false, metricsPort: null };

test('workers are those that are named, with the port of their scheme', async () => {
  const urls = ['http://10.0.0.7:8081', 'https://agents.example.com'];
  expect((await findWorkers({ ...pool, urls })).workers).toEqual([
    { worker: '10.0.0.7:8081', url: 'http://10.0.0.7:8081/' },
    { worker: 'agents.example.com:443', url: 'https://agents.example.com/' },
  ]);
});

test('every address of a name is a worker, once', async () => {
  const addresses = async (): Promise<string[]> => ['10.1.0.4', 'fd00::5', '10.1.0.4'];
  const urls = ['http://agents.voice.svc:8081'];
  const all = { urls, everyAddress: true, metricsPort: 9100 };
  expect((await findWorkers(all, addresses)).workers).toEqual([
    {
      worker: '10.1.0.4:8081',
      url: 'http://10.1.0.4:8081/',
      metricsUrl: 'http://10.1.0.4:9100/metrics',
    },
    {
      worker: '[fd00::5]:8081',
      url: 'http://[fd00::5]:8081/',
      metricsUrl: 'http://[fd00::5]:9100/metrics',
    },
  ]);
});

test('an IPv6 address among the names is a worker, too', async () => {
  const urls = ['http://[fd00::5]:8081'];
  const all = { ...pool, urls, everyAddress: true };
  const { workers } = await findWorkers(all, async (host) => [host]);
  expect(workers).toEqual([{ worker: '[fd00::5]:8081', url: 'http://[fd00::5]:8081/' }]);
});

test('a pool has no more workers than may have series, and states how many are left out', async () => {
  const many = Array.from({ length: 600 }, (_, index) => `10.1.${index >> 8}.${index & 255}`);
  const all = { ...pool, urls: ['http://agents:8081', 'http://agents:8081'], everyAddress: true };
  const { workers, leftOut } = await findWorkers(all, async () => many);
  expect(workers).toHaveLength(500);
  expect(leftOut).toBe(100);
});
