import { usageError } from '@livekit-swarm/settings';
import type { ExporterSettings, SettingsFlags } from './config/exporter-settings.ts';
import { loadSettings } from './config/settings.ts';
import { createSources } from './create-sources.ts';
import { type Exporter, startExporter } from './exporter.ts';
import type { Log } from './log/log.ts';
import type { Replaceable } from './replaceable.ts';
import type { ReplayCache } from './sources/lifecycle/replay-cache.ts';
import { createWebhookCache } from './sources/lifecycle/webhooks.ts';

export interface ConfiguredExporterOptions {
  flags: SettingsFlags;
  env: NodeJS.ProcessEnv;
  version: string;
  revision: string;
  log: Log;
}

/**
 * Start an exporter from flags, environment and configuration file. A reload reads the file again.
 * @throws SwarmError `usage` or `invalid_file` if it cannot work with its configuration
 */
export const startConfiguredExporter = async ({
  flags,
  env,
  version,
  revision,
  log,
}: ConfiguredExporterOptions): Promise<Exporter> => {
  const first = await loadSettings(flags, env);
  const seen = createWebhookCache();
  return await startExporter({
    ...first,
    ...replaceableOf(first, seen),
    version,
    revision,
    log,
    reload: async () => {
      const next = await loadSettings(flags, env);
      requireSameServer(first, next);
      return replaceableOf(next, seen);
    },
  });
};

const replaceableOf = (settings: ExporterSettings, seen: ReplayCache): Replaceable => ({
  tokens: settings.tokens,
  secrets: settings.secrets,
  sources: (contextOf, running, isProtected) =>
    createSources(settings, contextOf, running, isProtected, seen),
});

/** Keys of the file that are in effect only after a restart. */
const FIXED = {
  listen: 'listen',
  publicListen: 'publicListen',
  web: 'tls',
  limits: 'limits',
} as const satisfies Partial<Record<keyof ExporterSettings, string>>;

/**
 * Check that new settings need no other server: a part of a configuration would be worse than none.
 * @throws SwarmError `usage`
 */
const requireSameServer = (first: ExporterSettings, next: ExporterSettings): void => {
  for (const [setting, key] of Object.entries(FIXED) as [keyof typeof FIXED, string][]) {
    if (JSON.stringify(first[setting]) !== JSON.stringify(next[setting]))
      throw usageError(
        `${key} cannot change while the exporter runs`,
        'restart the exporter, or undo this change',
      );
  }
};
