import type { Command } from 'commander';
import { pathOf } from './path-of.ts';

/** Settings of a folder that a command takes, beside its host rules. */
export interface TakenSettings {
  url: boolean;
  /** Room prefix and thresholds. */
  load: boolean;
  /** The command has a log of its own, which names what it takes. */
  logs?: true;
}

const LOAD: TakenSettings = { url: true, load: true };
const CHECK: TakenSettings = { url: true, load: false };
/** Faults are injected only where the command names the deployment; a host loads what runs name. */
const RULES: TakenSettings = { url: false, load: false };

/** The exporter sends the participants of its probes. */
const SERVICE: TakenSettings = { ...CHECK, logs: true };

/** Commands that read the settings of the folder, by their words: all that send participants. */
const COMMANDS: Readonly<Record<string, TakenSettings>> = {
  run: LOAD,
  ab: { url: false, load: true },
  capacity: LOAD,
  soak: LOAD,
  presence: LOAD,
  verify: CHECK,
  audit: CHECK,
  connectivity: CHECK,
  ready: CHECK,
  'agents run': LOAD,
  'agents capacity': LOAD,
  'agents dispatch-rate': CHECK,
  'agents worker': CHECK,
  'agents status': CHECK,
  'recordings run': CHECK,
  'chaos run': RULES,
  'chaos night': RULES,
  'chaos random': RULES,
  'chaos plan': RULES,
  'chaos doctor': RULES,
  roll: RULES,
  scale: RULES,
  hls: RULES,
  whip: RULES,
  sip: RULES,
  host: RULES,
  exporter: SERVICE,
};

/** Returns what a command takes of the settings of the folder; null: it does not read them. */
export const takenSettings = (command: Command): TakenSettings | null =>
  command.parent === null ? LOAD : (COMMANDS[pathOf(command)] ?? null);
