import { z } from 'zod';

/** What Prometheus answers at `/api/v1/alerts`; the parts that are looked at. */
const answer = z.object({
  data: z.object({
    alerts: z.array(z.object({ state: z.string(), labels: z.record(z.string(), z.string()) })),
  }),
});

const TIMEOUT_MS = 2_000;

/** Alerts that fire now, by their labels; null when Prometheus does not answer. */
export const firingAlerts = async (
  prometheusUrl: string,
): Promise<Map<string, { name: string; labels: Record<string, string> }> | null> => {
  const body: unknown = await fetch(new URL('/api/v1/alerts', prometheusUrl), {
    signal: AbortSignal.timeout(TIMEOUT_MS),
  }).then(
    (response) => (response.ok ? response.json() : null),
    () => null,
  );
  const read = answer.safeParse(body);
  if (!read.success) return null;
  return new Map(
    read.data.data.alerts
      .filter(({ state }) => state === 'firing')
      .map(({ labels: { alertname = '', ...labels } }) => [
        JSON.stringify([alertname, labels]),
        { name: alertname, labels },
      ]),
  );
};
