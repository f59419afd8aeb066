/** Change of DNS: the name of the deployment leads to another address. */
import { duration, strict } from '@livekit-swarm/settings';
import type { z } from 'zod';
import type { DescribedFault } from './fault.ts';

const nameParams = strict({
  closeAfter: duration()
    .nullable()
    .default(null)
    .describe(
      'Time after which the old address closes, with all connections through it. Default: it stays open.',
    ),
});

/** Change of DNS: new connections follow it when the cached answer has expired. */
export const changeDns: DescribedFault<z.output<typeof nameParams>> = {
  name: 'change-dns',
  description: 'the name of the deployment leads to another address; connections stay',
  rollbackDescription: 'let the name lead to the first address again, and open it',
  requires: [],
  targets: ['load-balancer'],
  params: nameParams,
  example: {},
  variants: [{ closeAfter: '5s' }],
  lasts: true,
  unavailable: async ({ names }) =>
    names === undefined
      ? 'a drill cannot change your DNS: possible in a lab of one site that the drill starts with a name (lab: { dns: 10s })'
      : null,
  inject: async ({ platform, params }) => platform.names?.move('second', params.closeAfter),
  missingEffect: async ({ platform }) =>
    (await platform.names?.present()) === 'second' ? null : 'name_changed',
  // The lab ends with its drill.
  rollbackSteps: () => [],
  rollback: async ({ platform }) => platform.names?.move('first', null),
};
