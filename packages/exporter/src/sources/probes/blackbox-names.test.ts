import { render } from '@livekit-swarm/catalogue/registry';
import { evaluateProbe } from '@livekit-swarm/probe';
import { expect, it } from 'vitest';
import { observation } from '../../../../probe/test/support/observations.ts';
import { blackboxNames } from './blackbox-names.ts';

it.each([
  ['success', {}, 1],
  ['failure', { a: { others: [] } }, 0],
])('shows a %s as blackbox_exporter does', async (_what, given, success) => {
  const result = evaluateProbe(observation('audio_pair', {}, { ...given, tookMs: 1_500 }));
  const { body } = await render(blackboxNames(result), 'text');
  expect(body).toContain(`# TYPE probe_success gauge\nprobe_success ${success}\n`);
  expect(body).toContain('probe_duration_seconds 1.5\n');
});
