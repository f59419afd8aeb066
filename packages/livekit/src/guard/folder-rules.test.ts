import { describe, expect, it } from 'vitest';
import { assertHostAllowed, readHostRules } from './host-rules.ts';
import { LoadGuard } from './load-guard.ts';

const PUBLIC = 'wss://livekit.example.com';
const FOLDER = { allowHosts: ['*.example.com'], denyHosts: [] };

describe('host rules of swarm.yaml', () => {
  it('restrict what flags and the environment allow, and never widen it', () => {
    const check = (
      url: string,
      folderSettings: { allowHosts: string[]; denyHosts: string[] },
      allowHost: string[] = [],
    ) => assertHostAllowed(url, readHostRules({ folderSettings, allowHost }, {}));
    expect(() => check(PUBLIC, FOLDER)).not.toThrow();
    expect(() => check('wss://livekit.example.org', FOLDER)).toThrow(/is not allowed/);
    expect(() => check(PUBLIC, FOLDER, ['other.example.com'])).toThrow(/is not allowed/);
    expect(() => check(PUBLIC, { allowHosts: [], denyHosts: ['LiveKit.example.com'] })).toThrow(
      /denied by "livekit\.example\.com"/,
    );
    expect(() =>
      assertHostAllowed(
        PUBLIC,
        readHostRules({ folderSettings: FOLDER }, { SWARM_DENY_HOST: 'livekit.example.com' }),
      ),
    ).toThrow(/is denied/);
  });
});

describe('a URL of swarm.yaml', () => {
  const guard = (kind: 'probe' | 'run' | 'search', url: string, confirmTarget: string[] = []) =>
    LoadGuard.of({
      rules: readHostRules({ confirmTarget }, {}),
      kind,
      url,
      urlOrigin: 'folder',
      typed: [],
      joinExistingRooms: false,
      withOtherUsers: false,
      reads: { env: [], files: [] },
    });

  it('needs a confirmation as one of the environment does, which names the file', () => {
    expect(() => guard('run', PUBLIC)).toThrow(/is named by swarm\.yaml only/);
    expect(() => guard('run', PUBLIC, ['livekit.example.com'])).not.toThrow();
    expect(() => guard('run', 'ws://10.0.0.5:7880')).not.toThrow();
    expect(() => guard('search', 'ws://10.0.0.5:7880')).toThrow(/is named by swarm\.yaml only/);
  });

  it('needs one for two participants, too, who bring tokens', () => {
    expect(() => guard('probe', PUBLIC)).toThrow(/is named by swarm\.yaml only/);
    expect(() => guard('probe', PUBLIC, ['livekit.example.com'])).not.toThrow();
    expect(() => guard('probe', 'ws://10.0.0.5:7880')).not.toThrow();
  });
});
