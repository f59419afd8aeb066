import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { plainOf, readMapping, readSettings, strict, word } from '@livekit-swarm/settings';
import { stringify } from 'yaml';
import { configSchema, type MixinConfig, VARIANTS, type Variant } from './schema.ts';

/** Schema of a configuration file: every key is optional. */
const fileSchema = () => {
  const { jobs, labels, loadBalancer, limits, links, kubernetes } = configSchema.shape;
  return strict({
    ...configSchema.shape,
    /** Variant that the file is based on. */
    variant: word(VARIANTS, 'variant'),
    jobs: jobs.partial(),
    labels: labels.partial(),
    loadBalancer: loadBalancer.partial(),
    limits: limits.partial(),
    links: links.partial(),
    kubernetes: kubernetes.partial(),
  }).partial();
};

/** Keys whose mapping is replaced as a whole: it is not merged with that of the variant. */
const WHOLE = new Set(['ruleLabels', 'dashboardLabels']);

const FILE = {
  noun: 'configuration of the mixin',
  begin: 'swarm mixin --print-config writes one to begin with',
};

/** A configuration, as value and as text. */
export interface ReadConfig {
  config: MixinConfig;
  /** YAML with every key. */
  text: string;
}

/** Text of a configuration file with some of the keys. */
export interface ConfigFile {
  text: string;
  /** Path of the file, for error messages. */
  file: string;
}

/**
 * Reads the configuration of a variant with the changes of a file.
 * @param variant variant to change; null: the key `variant` of the file, or the default
 * @throws SwarmError `invalid_file` with every problem: file, line, key, and allowed values
 */
export const readConfig = (variant: Variant | null, changes: ConfigFile | null): ReadConfig => {
  const named =
    changes === null
      ? {}
      : (readSettings(changes.text, fileSchema(), { file: changes.file, ...FILE }).value as {
          variant?: Variant;
        });
  const base = variant ?? named.variant ?? 'default';
  const layers = [...new Set<Variant>(['default', base])].map(
    (name): ConfigFile => ({ text: variantText(name), file: `${name}.yaml` }),
  );
  const whole = [...layers, ...(changes === null ? [] : [changes])]
    .map(({ text, file }) => plainOf(readMapping(text, { file, ...FILE })))
    .reduce<Values>((merged, layer) => merge(merged, layer as Values), {});
  const { variant: _done, ...values } = whole;
  return { config: configSchema.parse(values), text: stringify(values, { lineWidth: 0 }) };
};

type Values = Record<string, unknown>;

const isMapping = (value: unknown): value is Values =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Merges two mappings. Unlike in a JSON merge patch, null is a value: the job does not exist. */
const merge = (under: Values, over: Values): Values => ({
  ...under,
  ...Object.fromEntries(
    Object.entries(over).map(([key, value]) => {
      const old = under[key];
      const both = isMapping(old) && isMapping(value) && !WHOLE.has(key);
      return [key, both ? merge(old, value) : value];
    }),
  ),
});

const variantText = (variant: Variant): string =>
  readFileSync(fileURLToPath(new URL(`variants/${variant}.yaml`, import.meta.url)), 'utf8');

/** Default configuration of a variant. */
export const variantConfig = (variant: Variant): MixinConfig => readConfig(variant, null).config;
