/** `$0`, `$0.42`, `$12.50`, `$1,234`. */
export const formatDollars = (amount: number): string => {
  if (amount === 0) return '$0';
  if (amount < 0.005) return '<$0.01';
  const cents = amount < 100 ? 2 : 0;
  return `$${amount.toLocaleString('en-US', { minimumFractionDigits: cents, maximumFractionDigits: cents })}`;
};
