import { assertHostAllowed, type HostRules } from '@livekit-swarm/livekit';
import { nearest, type Path, type Settings, usageError } from '@livekit-swarm/settings';
import { readWeb } from '../web/open-web.ts';
import { isProtecting, type WebSettings } from '../web/web-settings.ts';
import type { ConfigFile } from './config-file.ts';
import type { ExporterSettings } from './exporter-settings.ts';
import { formatAddress, isLoopback, type ListenAddress } from './listen-address.ts';

/**
 * Check that scheduled probes name existing targets and modules.
 * @throws SwarmError `usage`
 */
export const checkSchedule = (
  { probes, targets }: ExporterSettings,
  { at }: Settings<ConfigFile>,
): void => {
  const names = targets.map(({ name }) => name);
  for (const [index, { target, module }] of (probes?.schedule ?? []).entries()) {
    const check = (key: string, what: string, given: string, known: readonly string[]): void => {
      if (known.includes(given)) return;
      const path: Path = ['probes', 'schedule', index, key];
      const meant = nearest(given, known);
      throw usageError(
        `${at(path)}: probes.schedule[${index}].${key}: there is no ${what} "${given}"`,
        meant === null ? `there are ${known.join(', ') || 'none'}` : `did you mean ${meant}?`,
      );
    };
    check('target', 'target', target, names);
    check('module', 'module', module, [...(probes?.modules.keys() ?? [])]);
  }
};

/**
 * Check that no rule denies the hosts of streams that modules follow.
 * @throws SwarmError `usage`
 */
export const checkStreams = ({ probes }: ExporterSettings, rules: HostRules): void => {
  for (const module of probes?.modules.values() ?? []) {
    if (module.kind !== 'hls') continue;
    assertHostAllowed(module.url.href, rules);
    for (const host of module.hosts) assertHostAllowed(`https://${host}`, rules);
  }
};

/**
 * Check that sessions have a source, and that only holders of a token or users of this host can
 * read them: sessions are personal data.
 * @throws SwarmError `usage`
 */
export const checkSessions = (
  { sessions, clients, lifecycle, tokens, listen, web }: ExporterSettings,
  { at }: Settings<ConfigFile>,
): void => {
  if (sessions === null) return;
  const where = `${at(['sessions'])}: sessions`;
  if (clients === null && lifecycle === null)
    throw usageError(
      `${where}: there is no source of sessions`,
      'add clients: {}, for what browsers report, or lifecycle: {}, for webhooks',
    );
  requireProtection(where, listen, tokens, readWeb(web));
};

/**
 * Check that not every client can read sessions.
 * @param where origin, for the message
 * @throws SwarmError `usage`
 */
export const requireProtection = (
  where: string,
  listen: readonly ListenAddress[],
  tokens: readonly unknown[],
  web: WebSettings,
): void => {
  const open = listen.find((address) => !isLoopback(address));
  if (open !== undefined && tokens.length === 0 && !isProtecting(web))
    throw usageError(
      `${where}: without a token, every client that reaches ${formatAddress(open)} could read who was in which room`,
      'set a token or users, or listen on loopback only: listen: ":9465"',
    );
};

/** Messages for sources that cannot work without a target. */
const NEEDS = {
  probes: 'probes need a target',
  lifecycle: 'lifecycle needs a target',
  agents: 'agents need a target',
  clients: 'clients need a target, whose keys their tokens are signed with',
} as const;

/**
 * Check that a source is enabled and has a target.
 * @throws SwarmError `usage`
 */
export const requireEnabledSource = (
  settings: ExporterSettings,
  config: string | undefined,
): void => {
  const { targets } = settings;
  if (config === undefined && targets.length === 0) {
    throw usageError(
      'there is nothing to export: no deployment is named',
      'set LIVEKIT_URL, LIVEKIT_API_KEY and LIVEKIT_API_SECRET, or give a file: swarm exporter --config FILE',
    );
  }
  const on = (['probes', 'lifecycle', 'agents', 'clients'] as const).filter(
    (source) => settings[source] !== null,
  );
  const [first] = on;
  if (first === undefined) {
    throw usageError(
      `${config}: no source is on`,
      'add a section: probes: {}, lifecycle: {}, agents: {} or clients: {}',
    );
  }
  if (targets.length === 0) {
    throw usageError(
      `${config}: ${NEEDS[first]}`,
      'name one under targets, or set LIVEKIT_URL, LIVEKIT_API_KEY and LIVEKIT_API_SECRET',
    );
  }
};
