import type { Target } from '@livekit-swarm/campaign';
import { assertHostAllowed, LoadGuard, type LoadKind, readHostRules } from '@livekit-swarm/livekit';
import type { TargetFlags } from '../flags/deployment.ts';
import type { GuardFlags } from '../flags/guard.ts';
import type { TokenEndpointFlags } from '../flags/token-endpoint.ts';
import { type Permissions, readPermission } from './read-permission.ts';

type CommandFlags = Pick<TargetFlags, 'url'> &
  GuardFlags &
  Partial<TokenEndpointFlags> &
  Pick<Permissions, 'e2ee'>;

type Typed = (flag: 'url' | 'tokenEndpoint' | 'tokenServer') => boolean;

/**
 * The guard of a command, from its flags and the environment.
 * @param typed whether a flag was given on the command line
 * @throws SwarmError `usage` when the target may not be used, or needs a confirmation
 */
export const readLoadGuard = (
  flags: CommandFlags,
  typed: Typed,
  env: NodeJS.ProcessEnv,
  { kind, target }: { kind: LoadKind; target: Target },
): LoadGuard => {
  const rules = readHostRules(flags, env);
  const reads = readPermission(flags);
  const typedUrls = [
    ...(typed('url') ? [flags.url] : []),
    ...(typed('tokenEndpoint') ? [flags.tokenEndpoint] : []),
    ...(typed('tokenServer') ? (flags.tokenServer ?? []) : []),
  ].filter((url) => url !== undefined);
  if (target.type === 'remote' && target.apiUrl !== undefined)
    assertHostAllowed(target.apiUrl, rules);
  return target.type === 'remote'
    ? LoadGuard.of({
        rules,
        kind,
        url: target.url,
        urlOrigin: target.url === flags.folderSettings?.url ? 'folder' : 'environment',
        typed: typedUrls,
        joinExistingRooms: flags.joinExistingRooms === true,
        withOtherUsers: flags.withOtherUsers === true,
        reads,
      })
    : LoadGuard.ofOwnServer(rules, kind, reads);
};
