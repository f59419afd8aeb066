/** Unix time at which a participant joined, ms. A server that states whole seconds rounds down: the middle of the second is right on average. */
export const joinedAtOf = ({
  joinedAt,
  joinedAtMs,
}: {
  joinedAt: bigint;
  joinedAtMs: bigint;
}): number => (joinedAtMs > 0n ? Number(joinedAtMs) : Number(joinedAt) * 1_000 + 500);
