/** Names and values of a host: `{ region: 'eu' }`. As what a role or run wants: empty means any host. */
export type Labels = Readonly<Record<string, string>>;

/** Whether a host has every label that is wanted. */
export const hasLabels = (host: Labels, wanted: Labels): boolean =>
  Object.entries(wanted).every(([name, value]) => host[name] === value);

/** `region=eu,rack=a`. */
export const labelText = (labels: Labels): string =>
  Object.entries(labels)
    .map(([name, value]) => `${name}=${value}`)
    .join(',');

/** Those that differ, in the order of their first use; the same pair in another order is the same. */
export const distinctLabels = (all: Iterable<Labels>): Labels[] => [
  ...new Map([...all].map((labels) => [keyOf(labels), labels])).values(),
];

const keyOf = (labels: Labels): string => JSON.stringify(Object.entries(labels).sort());
