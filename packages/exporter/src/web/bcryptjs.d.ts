/** Part of bcryptjs that is used: a check returns control to the event loop every 100 ms. */
declare module 'bcryptjs' {
  export function compare(password: string, hash: string): Promise<boolean>;
  export function hashSync(password: string, rounds: number): string;
}
