import { expect, test } from 'vitest';
import { drillOf, faultOf } from '../../test/support/drill-of.ts';
import type { NodeRollout } from '../targets/platform.ts';
import { prepareReleases } from './prepare-releases.ts';

test('the programs of a drill are provided before its load begins', async () => {
  const provided: (string | null)[] = [];
  const notThere = async (): Promise<never> => {
    throw new Error('not there');
  };
  const rollout: NodeRollout = {
    ...{ by: 'node', present: notThere, missingCapability: notThere, change: notThere },
    ...{ isChanged: notThere, restore: notThere, keep: notThere },
    prepare: async ({ program }) => void provided.push(program),
  };
  const faults = [
    faultOf({ fault: 'upgrade', params: { to: '1.13.5', grace: 1_000 } }),
    faultOf({ fault: 'change-config', params: { to: null, config: {} } }),
    faultOf({ fault: 'kill' }),
  ];
  const preparation = { onProgress: () => {}, signal: new AbortController().signal };
  await prepareReleases({ rollout }, drillOf({ faults }), preparation);
  expect(provided).toEqual(['1.13.5']);
});
