/**
 * Distributes `total` shards over hosts in proportion to their cores, by largest remainders. Each
 * host takes at least one if there are as many shards as hosts; a host never takes more than one
 * with more cores.
 * @returns shards per host, in the order of `cores`; their sum is `total`
 */
export const distribute = (total: number, cores: readonly number[]): number[] => {
  const all = cores.reduce((sum, one) => sum + one, 0);
  const exact = cores.map((one) => (total * one) / all);
  const shares = exact.map(Math.floor);
  const left = total - shares.reduce((sum, one) => sum + one, 0);
  const byRemainder = exact
    .map((one, index) => ({ index, remainder: one - Math.floor(one) }))
    .sort((a, b) => b.remainder - a.remainder || a.index - b.index);
  for (const { index } of byRemainder.slice(0, left)) shares[index] = (shares[index] ?? 0) + 1;
  if (total >= cores.length) giveOneToEach(shares, cores);
  return shares;
};

/**
 * Gives each host without a shard one of the host that has the most; of several such hosts, the one
 * with the fewest cores.
 */
const giveOneToEach = (shares: number[], cores: readonly number[]): void => {
  for (let without = shares.indexOf(0); without !== -1; without = shares.indexOf(0)) {
    const largest = Math.max(...shares);
    const [most = 0] = [...shares.keys()]
      .filter((index) => shares[index] === largest)
      .sort((a, b) => (cores[a] ?? 0) - (cores[b] ?? 0));
    shares[most] = (shares[most] ?? 0) - 1;
    shares[without] = 1;
  }
};
