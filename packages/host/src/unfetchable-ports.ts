/** Ports above 1023 that `fetch` and browsers refuse to speak to ("bad port"), however well a server listens there: Fetch standard, "port blocking". */
export const UNFETCHABLE_PORTS: readonly number[] = [
  1719, 1720, 1723, 2049, 3659, 4045, 4190, 5060, 5061, 6000, 6566, 6665, 6666, 6667, 6668, 6669,
  6679, 6697, 10_080,
];
