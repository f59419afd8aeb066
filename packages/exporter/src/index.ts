export { type ConfigFile, configFile, exporterJsonSchema } from './config/config-file.ts';
export { formatAddress, type ListenAddress, parseListenAddress } from './config/listen-address.ts';
export { type ExporterSettings, loadSettings, type SettingsFlags } from './config/settings.ts';
export type { Target, TargetNode } from './config/target.ts';
export {
  CHECKED_PATHS,
  type CheckedPath,
  checkConnectivity,
  type PathCheck,
} from './connectivity/connectivity.ts';
export { createSources } from './create-sources.ts';
export { type Exporter, type ExporterOptions, startExporter } from './exporter.ts';
export type { Source, SourceContext } from './source.ts';
export { readNodeId } from './sources/probes/node-id.ts';
export { createProbeRoom, type RoomAccess } from './sources/probes/probe-room.ts';
export { createRoomCleaner, type RoomCleaner } from './sources/probes/room-cleaner.ts';
