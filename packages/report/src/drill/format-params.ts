import type { DrillFault } from '@livekit-swarm/chaos/drill';
import { formatDuration } from '@livekit-swarm/settings';
import { formatBits } from '../format.ts';

const ms = (value: number): string => formatDuration(value);
const percent = (value: number): string => `${Number((100 * value).toFixed(4))} %`;

/** Numeric parameters of faults, in the order of the text. */
const NUMBERS: readonly (readonly [
  key: string,
  words: (value: number) => string,
  silent?: number,
])[] = [
  ['loss', percent],
  ['share', percent],
  ['delay', ms],
  ['jitter', ms],
  ['rate', formatBits],
  ['cores', (value) => `${value} ${value === 1 ? 'core' : 'cores'}`],
  ['megabytes', (value) => `${value} MB more`],
  ['by', ms],
  ['grace', (value) => `grace ${ms(value)}`, 0],
  ['down', (value) => `down ${ms(value)}`, 0],
  ['closeAfter', (value) => `old address closes after ${ms(value)}`],
  ['burst', (value) => `in bursts of ${value}`, 1],
  ['queue', (value) => `queue ${ms(value)}`],
  ['database', (value) => `database ${value}`],
];

/** Parameters of changes that are one word, with the default. */
const CHANGED: readonly (readonly [
  key: string,
  words: (value: string) => string,
  silent?: string,
])[] = [
  ['keys', (value) => (value === 'both' ? 'both keys' : `${value} key`)],
  ['certificate', (value) => value, 'renewed'],
  ['signal', (value) => `by ${value}`, 'SIGHUP'],
  ['process', (value) => `process ${value}`, '^swarm agent job'],
];

/**
 * The parameters of a fault as text: `2 %, udp, in`. Defaults are omitted; empty: only defaults.
 */
export const formatParams = ({ params }: Pick<DrillFault, 'params'>): string => {
  if (typeof params !== 'object' || params === null) return '';
  const told = new Map<string, unknown>(Object.entries(params));
  const numbers = NUMBERS.flatMap(([key, words, silent]) => {
    const value = told.get(key);
    return typeof value !== 'number' || value === silent ? [] : [words(value)];
  });
  const ways = ['protocol', 'direction'].flatMap((key) => {
    const value = told.get(key);
    return typeof value !== 'string' || value === 'both' ? [] : [value];
  });
  const { to, end, config, configFile } = params;
  const release = [
    ...(typeof to === 'string' ? [`to ${to}`] : []),
    ...(typeof config === 'object' && config !== null && Object.keys(config).length > 0
      ? [`with ${Object.keys(config).join(', ')}`]
      : []),
    ...(typeof configFile === 'string' ? [`with ${configFile}`] : []),
    ...(typeof end === 'string' && end !== 'sigkill' ? [`then ${end}`] : []),
  ];
  const otherKeys = told.get('otherKeys');
  const keys =
    typeof otherKeys === 'string' && otherKeys !== 'refuse' ? [`${otherKeys} other keys`] : [];
  const changed = CHANGED.flatMap(([key, words, silent]) => {
    const value = told.get(key);
    return typeof value !== 'string' || value === silent ? [] : [words(value)];
  });
  const from = told.get('from') === 'peers' ? ['from replicas and Sentinels'] : [];
  return [
    ...release,
    ...numbers,
    ...from,
    ...ways,
    ...keys,
    ...changed,
    ...(told.get('shared') === false ? ['per participant'] : []),
  ].join(', ');
};
