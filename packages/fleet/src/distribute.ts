/**
 * How many of `total` shards each host takes: in proportion to its cores, by largest remainders, and one at least where there are as many shards as hosts. A
 * host of fewer cores never takes more than one of more.
 * @returns in the order of `cores`; the sum is `total`
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

/** Those without a shard get one from the host that has the most; of several such, the one with the fewest cores. */
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
