/**
 * Labels of a host by name: `{ region: 'eu' }`. If a role or run selects hosts by labels, no labels
 * mean any host.
 */
export type Labels = Readonly<Record<string, string>>;

/** Check whether a host has all wanted labels. */
export const hasLabels = (host: Labels, wanted: Labels): boolean =>
  Object.entries(wanted).every(([name, value]) => host[name] === value);

/** Text of labels: `region=eu,rack=a`. */
export const labelText = (labels: Labels): string =>
  Object.entries(labels)
    .map(([name, value]) => `${name}=${value}`)
    .join(',');

/** Distinct labels in the order of their first use; the order of pairs does not matter. */
export const distinctLabels = (all: Iterable<Labels>): Labels[] => [
  ...new Map([...all].map((labels) => [keyOf(labels), labels])).values(),
];

const keyOf = (labels: Labels): string => JSON.stringify(Object.entries(labels).sort());
