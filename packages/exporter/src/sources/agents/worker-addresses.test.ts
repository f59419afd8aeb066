import { expect, test } from 'vitest';
import { findWorkers } from './worker-addresses.ts';

const pool = { everyAddress: false, metricsPort: null };

test('workers are those that are named, with the port of their scheme', async () => {
  expect(
    await findWorkers({ ...pool, urls: ['http://10.0.0.7:8081', 'https://agents.example.com'] }),
  ).toEqual([
    { worker: '10.0.0.7:8081', url: 'http://10.0.0.7:8081/' },
    { worker: 'agents.example.com:443', url: 'https://agents.example.com/' },
  ]);
});

test('every address of a name is a worker, once', async () => {
  const addresses = async (): Promise<string[]> => ['10.1.0.4', 'fd00::5', '10.1.0.4'];
  const urls = ['http://agents.voice.svc:8081'];
  expect(await findWorkers({ urls, everyAddress: true, metricsPort: 9100 }, addresses)).toEqual([
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
  const found = await findWorkers({ ...pool, urls, everyAddress: true }, async (host) => [host]);
  expect(found).toEqual([{ worker: '[fd00::5]:8081', url: 'http://[fd00::5]:8081/' }]);
});

test('a pool has no more workers than may have series', async () => {
  const many = Array.from({ length: 600 }, (_, index) => `10.1.${index >> 8}.${index & 255}`);
  const urls = ['http://agents:8081'];
  const found = await findWorkers({ ...pool, urls, everyAddress: true }, async () => many);
  expect(found).toHaveLength(500);
});
