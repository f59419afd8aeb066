import { moduleOf, PROBE_KINDS, type ProbeModule, probeDurationMs } from '@livekit-swarm/probe';
import { type HlsModule, hlsModuleOf } from './hls/hls-module.ts';
import { MODULE_KINDS, type ModuleProblem, type ModuleSection } from './module-section.ts';

/** Settings of a probe: a call in a room of its own, or a listener of an HLS stream. */
export type Module = ProbeModule | HlsModule;

/** Settings that only modules of kind hls have. */
const HLS_ONLY = ['url', 'hosts', 'bandwidth'] as const;
const HLS_LIMITS = ['start', 'age'] as const;

/** Build a module from its settings in the configuration, and list their problems. */
export const readModule = (
  name: string,
  options: ModuleSection,
): { module: Module; problems: readonly ModuleProblem[] } => {
  const kind = options.kind ?? MODULE_KINDS.find((known) => known === name);
  if (kind === undefined) {
    const hint = `write kind: ${MODULE_KINDS.join(', or ')}`;
    const { module } = moduleOf(name, { kind: PROBE_KINDS[0] });
    return { module, problems: [{ key: null, message: 'kind is missing', hint }] };
  }
  if (kind === 'hls') return hlsModuleOf(name, options);
  const { module, problems } = moduleOf(name, { ...options, kind });
  const hint = 'only hls has it';
  return {
    module,
    problems: [
      ...problems,
      ...HLS_ONLY.filter((key) => options[key] !== undefined).map((key) => ({
        ...{ key, message: `${kind} has no ${key}`, hint },
      })),
      ...HLS_LIMITS.filter((limit) => options.limits?.[limit] !== undefined).map((limit) => ({
        ...{ key: 'limits' as const, message: `${kind} has no ${limit}`, hint },
      })),
    ],
  };
};

/** Time for closing connections, ms. */
const HLS_OVERHEAD_MS = 500;

/** Least time that a successful probe takes, ms. */
export const leastDurationMs = (module: Module): number =>
  module.kind === 'hls' ? module.durationMs + HLS_OVERHEAD_MS : probeDurationMs(module);
