export { type ConfigFile, configFile, exporterJsonSchema } from './config/config-file.ts';
export type { ExporterSettings, SettingsFlags } from './config/exporter-settings.ts';
export { formatAddress, type ListenAddress, parseListenAddress } from './config/listen-address.ts';
export { loadSettings } from './config/settings.ts';
export type { Target, TargetNode } from './config/target.ts';
export { createSources } from './create-sources.ts';
export { type Exporter, type ExporterOptions, startExporter } from './exporter.ts';
export type { Source, SourceContext } from './source.ts';
