import { type Check, type CheckResult, found, passed, skipped } from '../check.ts';
import { isAnnounced, ofNode } from '../facts/facts.ts';

export interface NodeVersion {
  prefix: string;
  version: string;
}

export const versionsRule = (nodes: readonly NodeVersion[]): CheckResult => {
  const evidence = nodes.map(({ prefix, version }) => `${prefix}livekit-server ${version}`);
  return new Set(nodes.map(({ version }) => version)).size > 1
    ? found('warning', evidence)
    : passed(...evidence);
};

export const versions: Check = {
  id: 'versions',
  title: 'All nodes have the same version',
  severities: ['warning'],
  cause:
    'An update stopped halfway: what a user gets depends on the node, and nodes exchange messages of two versions',
  fix: 'finish the update, or roll it back',
  needs: ['nodes'],
  run: async ({ nodes }) => {
    const read = (await nodes()).flatMap(({ name, joined }) =>
      isAnnounced(joined) ? [{ prefix: ofNode({ name }), version: joined.serverVersion }] : [],
    );
    return read.length < 2
      ? skipped('one node is known: name them with --node, or give --redis')
      : versionsRule(read);
  },
};
