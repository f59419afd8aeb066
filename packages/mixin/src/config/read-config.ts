import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { plainOf, readMapping, readSettings, strict, word } from '@livekit-swarm/settings';
import { stringify } from 'yaml';
import { configSchema, type MixinConfig, VARIANTS, type Variant } from './schema.ts';

/** A configuration as a file may have it: any key may be left out. */
const fileSchema = () => {
  const { jobs, labels, loadBalancer, limits, links, kubernetes } = configSchema.shape;
  return strict({
    ...configSchema.shape,
    /** What the file changes. */
    variant: word(VARIANTS, 'variant'),
    jobs: jobs.partial(),
    labels: labels.partial(),
    loadBalancer: loadBalancer.partial(),
    limits: limits.partial(),
    links: links.partial(),
    kubernetes: kubernetes.partial(),
  }).partial();
};

/** Keys whose mapping is one value: another label does not add to those of the variant. */
const WHOLE = new Set(['ruleLabels', 'dashboardLabels']);

const FILE = {
  noun: 'configuration of the mixin',
  begin: 'swarm mixin --print-config writes one to begin with',
};

/** A configuration, and the same as a file. */
export interface ReadConfig {
  config: MixinConfig;
  /** YAML with every key. */
  text: string;
}

/** A file with a part of the keys. */
export interface ConfigFile {
  text: string;
  /** For messages. */
  file: string;
}

/**
 * The configuration of a variant, with the changes of a file.
 * @param variant what the file changes; its own key `variant` counts if this is null
 * @throws SwarmError `invalid_file` with every problem: file, line, key, and what is allowed
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

/** Unlike a JSON merge patch, null is a value: there is no such job. */
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

/** Of a variant as it is shipped. */
export const variantConfig = (variant: Variant): MixinConfig => readConfig(variant, null).config;
