import { connect } from 'node:net';
import { type Check, type CheckResult, found, passed } from '../check.ts';

const TIMEOUT_MS = 3_000;

/** Result of connecting to one address: the code of the error, or null if it accepted. */
export interface AddressAnswer {
  address: string;
  family: number;
  error: string | null;
}

/** Errors of a host that has no route for an address family; the deployment has no fault. */
const NO_ROUTE_HERE = /^(ENETUNREACH|EADDRNOTAVAIL|EAFNOSUPPORT)$/;

export const addressesRule = (answers: readonly AddressAnswer[], port: number): CheckResult => {
  const at = ({ address, family }: AddressAnswer): string =>
    family === 6 ? `[${address}]:${port}` : `${address}:${port}`;
  const dead = answers.filter(({ error }) => error !== null);
  const here = dead.filter(({ error }) => NO_ROUTE_HERE.test(error ?? ''));
  const evidence = answers.map((one) =>
    one.error === null ? `${at(one)} accepts connections` : `${at(one)}: ${one.error}`,
  );
  if (dead.length === here.length && dead.length < answers.length) return passed(...evidence);
  if (here.length === answers.length)
    return { outcome: 'unknown', reason: `this host has no route to ${evidence.join(', ')}` };
  return dead.length === answers.length
    ? found(
        'error',
        evidence,
        'start the proxy or livekit-server that listens there, and open the port',
      )
    : found('error', evidence);
};

const answerOf = (address: string, family: number, port: number): Promise<AddressAnswer> =>
  new Promise((resolve) => {
    const socket = connect({ host: address, port, timeout: TIMEOUT_MS });
    const end = (error: string | null): void => {
      socket.destroy();
      resolve({ address, family, error });
    };
    socket.once('connect', () => end(null));
    socket.once('timeout', () => end('no answer'));
    socket.once('error', (error: NodeJS.ErrnoException) => end(error.code ?? error.message));
  });

export const addresses: Check = {
  id: 'addresses',
  title: 'Every address of the name accepts connections',
  severities: ['error'],
  cause:
    'The name still has an address that nothing listens on: users whose client tries it first wait, or do not connect',
  fix: 'remove the address from DNS, or start what should listen there and open its port',
  needs: ['dns'],
  isWayIn: true,
  run: async ({ addresses: all, port }) => {
    const answers = (await all()).map(({ address, family }) => answerOf(address, family, port));
    return addressesRule(await Promise.all(answers), port);
  },
};
