import { imaginedLab, previewDrill } from '@livekit-swarm/chaos';
import { FAULTS } from '@livekit-swarm/chaos/faults';
import { describe, expect, it } from 'vitest';
import { drillOf, faultOf } from '../../../chaos/test/support/drill-of.ts';
import { styleFor } from '../style.ts';
import { previewText } from './plan-text.ts';

describe('previewText', () => {
  it('lists the schedule and the components', async () => {
    const drill = drillOf({
      faults: [
        faultOf({ fault: 'kill', durationMs: null }),
        faultOf({ fault: 'redis-kill', aim: { role: 'redis' }, atMs: 5_000, durationMs: 10_000 }),
      ],
      newcomers: { everyMs: 2_000, stayMs: 4_000 },
    });
    const preview = await previewDrill(drill, imaginedLab(3), FAULTS);
    const text = previewText(preview, styleFor(false));
    expect(text).toMatch(
      /16\.1 s +kill → the node that holds the first room \(one of node-1, node-2, node-3\)\n/,
    );
    expect(text).toMatch(/31\.1 s +redis-kill is healed\n/);
    expect(text).toContain('  parts      node-1, node-2, node-3, redis, haproxy\n');
    expect(text).toMatch(/everybody leaves; kill is healed/);
    expect(text).toContain('and the time to raise a lab');
    expect(previewText(preview, styleFor(false), true)).not.toContain('raise a lab');
    expect(Math.max(...text.split('\n').map((line) => line.length))).toBeLessThanOrEqual(100);
  });

  it('warns of a target that does not exist', async () => {
    const drill = drillOf({ faults: [faultOf({ aim: { role: 'member', name: 'node-9' } })] });
    const preview = await previewDrill(drill, imaginedLab(3), FAULTS);
    expect(previewText(preview, styleFor(false))).toContain(
      '! it would tell nothing. kill: node-9',
    );
  });
});
