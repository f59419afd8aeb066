import { parseServerSpec } from '@livekit-swarm/campaign/server';
import { scenarioOfFlags } from '@livekit-swarm/scenario';
import { expect, it } from 'vitest';
import { announcement } from './announcement.ts';

const scenario = { ...scenarioOfFlags({}), name: 'calls' };
const local = (spec: string) => ({ type: 'embedded' as const, server: parseServerSpec(spec) });

it('states the time and the servers', () => {
  const settings = { scenario, forMs: 3_600_000 };
  expect(announcement(settings, [local('1.13.4')])).toMatch(
    /^calls: cycles of load for 1h at most, on livekit-server 1\.13\.4 on this host; a shorter one: /,
  );
  expect(announcement(settings, [local('1.13.3'), local('1.13.4')])).toMatch(
    /for 1h at most each, one after the other, on .*1\.13\.3 on this host, .*1\.13\.4 on this host/,
  );
});
