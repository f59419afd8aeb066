/** An alert by name, and by window where one name has several: `LiveKitJoinsFailing 1h`. */
export const alertKey = (
  name: string,
  labels: Readonly<Record<string, string>> | undefined,
): string => (labels?.window === undefined ? name : `${name} ${labels.window}`);
