import type { QueueOptions } from '../../src/index.ts';

/** Two keys of fleets, as `openssl rand -base64 32` makes them. */
export const KEY = 'q0JH2ICjBGJ0zUXkBjeNKMnL0qGmKC2BphOTzqiVPyg=';
export const ANOTHER_KEY = '7mPXoPv1N6LAuZ3nf9kBx4K2f0Bm1mP6xTTx4LZ2yJk=';

export const KEYED: QueueOptions = { key: KEY, isInsecure: false };
export const UNKEYED: QueueOptions = { key: undefined, isInsecure: false };
