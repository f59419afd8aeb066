/**
 * Names of the formats of each kind of result. This file imports nothing, so that `--help` loads no
 * reporter.
 */
export const FORMATS = {
  run: ['text', 'json', 'junit', 'markdown', 'github', 'csv', 'openmetrics', 'k6', 'html'],
  participant: ['text', 'json', 'markdown', 'html'],
  comparison: ['text', 'json', 'junit', 'markdown', 'html'],
  drill: ['text', 'json', 'junit', 'markdown', 'html'],
  roll: ['text', 'json', 'junit', 'markdown', 'html'],
  scale: ['text', 'json', 'junit', 'markdown', 'html'],
  forecast: ['text', 'json', 'markdown', 'html', 'hpa', 'keda'],
  night: ['text', 'json', 'junit', 'markdown', 'html'],
  random: ['text', 'json', 'junit', 'markdown', 'html'],
  capacity: ['text', 'json', 'junit', 'markdown', 'html'],
  soak: ['text', 'json', 'junit', 'markdown', 'html'],
  plan: ['text', 'json', 'markdown', 'html'],
  cost: ['text', 'json', 'markdown', 'html'],
  verify: ['text', 'json', 'junit', 'markdown', 'html'],
  audit: ['text', 'json', 'junit', 'markdown', 'html'],
  ready: ['text', 'json', 'junit', 'markdown', 'html'],
  regions: ['text', 'json', 'junit', 'markdown', 'html'],
  connectivity: ['text', 'json', 'junit', 'markdown', 'html'],
  hls: ['text', 'json', 'junit', 'markdown', 'html'],
  presence: ['text', 'json', 'junit', 'markdown', 'html'],
  sip: ['text', 'json', 'junit', 'markdown', 'html'],
  recordings: ['text', 'json', 'junit', 'markdown', 'html'],
  slo: ['text', 'json', 'junit', 'markdown', 'html'],
  session: ['text', 'json', 'markdown'],
} as const;

/** A kind of result. */
export type Kind = keyof typeof FORMATS;

/** A format of one kind of result. */
export type Format<K extends Kind> = (typeof FORMATS)[K][number];
