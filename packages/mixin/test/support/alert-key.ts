/**
 * Key of an alert: its name, and its window if several alerts have the name (`LiveKitJoinsFailing
 * 1h`).
 */
export const alertKey = (
  name: string,
  labels: Readonly<Record<string, string>> | undefined,
): string => (labels?.window === undefined ? name : `${name} ${labels.window}`);
