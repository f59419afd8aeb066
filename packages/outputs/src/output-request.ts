import { suggest, usageError, withoutSecrets } from '@livekit-swarm/settings';

export const OUTPUT_KINDS = ['otlp', 'otlp-traces', 'prometheus-rw'] as const;
export type OutputKind = (typeof OUTPUT_KINDS)[number];

/** Request of a flag `--out KIND[=URL]`. */
export interface OutputRequest {
  kind: OutputKind;
  /** URL as typed, with any credentials in it; null: the URL of the environment. */
  url: string | null;
}

/**
 * Reads all `--out` flags.
 * @throws SwarmError `usage` for an unknown output, and for one that is given twice
 */
export const parseOutputRequests = (texts: readonly string[]): OutputRequest[] => {
  const requests = texts.map(parseOutputRequest);
  const seen = new Set<string>();
  for (const { kind, url } of requests) {
    const key = `${kind} ${url}`;
    if (seen.has(key))
      throw usageError(
        `--out ${kind}${url === null ? '' : `=${withoutSecrets(url)}`}: is given twice`,
        'the receiver would get every figure twice: leave one out',
      );
    seen.add(key);
  }
  return requests;
};

const parseOutputRequest = (text: string): OutputRequest => {
  const cut = text.indexOf('=');
  const typed = (cut < 0 ? text : text.slice(0, cut)).trim();
  const kind = OUTPUT_KINDS.find((known) => known === typed);
  if (kind === undefined)
    throw usageError(
      // The text may be a URL with a password, even if the name was forgotten.
      `--out: there is no output "${typed.includes('://') ? withoutSecrets(typed) : typed}"`,
      suggest(typed, OUTPUT_KINDS, 'write NAME=URL; outputs are'),
    );
  if (cut < 0) return { kind, url: null };
  const url = text.slice(cut + 1).trim();
  if (url === '')
    throw usageError(
      `--out ${kind}=: names no URL`,
      kind === 'prometheus-rw'
        ? 'write --out prometheus-rw=http://localhost:9090/api/v1/write'
        : `write --out ${kind}=http://localhost:4318, or --out ${kind} for OTEL_EXPORTER_OTLP_ENDPOINT`,
    );
  return { kind, url };
};
