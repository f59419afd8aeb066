import { afterEach, expect, test, vi } from 'vitest';
import { missing } from './requirements.ts';

afterEach(() => vi.unstubAllEnvs());

test('names the first missing requirement, with the command that installs it', async () => {
  vi.stubEnv('PATH', '/nowhere');
  vi.stubEnv('CHROME_PATH', '');
  expect(await missing('promtool', 'chromium')).toBe(
    'promtool is not installed: apt-get install prometheus',
  );
  expect(await missing('chromium')).toMatch(/apt-get install chromium/);
  expect(await missing()).toBeNull();
});

test('finds a program under all its packaged names', async () => {
  vi.stubEnv('PATH', '/nowhere');
  const reason = await missing('node-exporter');
  expect(reason).toBe('node_exporter is not installed: apt-get install prometheus-node-exporter');
});

test('Traefik is looked for, not built', async () => {
  vi.stubEnv('PATH', '/nowhere');
  vi.stubEnv('XDG_CACHE_HOME', '/nowhere');
  vi.stubEnv('SWARM_TRAEFIK', '');
  expect(await missing('traefik')).toMatch(/^Traefik is not built: npm run traefik/);
});
