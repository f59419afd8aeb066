import { constants } from 'node:os';
import { expect, test } from 'vitest';
import { rejectionOf } from './rejected-sends.ts';

const { EPERM, EACCES, ENETUNREACH, ECONNREFUSED, EHOSTUNREACH, ENOBUFS } = constants.errno;

/** Ten packets of an address family, some of them rejected. */
const ipv4 = (...rejected: [errno: number, packets: number][]) => familyOf(4, rejected);
const ipv6 = (...rejected: [errno: number, packets: number][]) => familyOf(6, rejected);
const familyOf = (family: number, rejected: [errno: number, packets: number][]) => ({
  family,
  tried: 10,
  rejected: rejected.map(([errno, packets]) => ({ errno, packets })),
});

test.each([
  ['nothing was sent', [], null],
  ['everything left', [ipv4(), ipv6()], null],
  ['a firewall refuses all', [ipv4([EPERM, 10])], 'EPERM'],
  [
    'a firewall refuses one family, and the other gets no answer',
    [ipv4([EPERM, 10]), ipv6()],
    'EPERM',
  ],
  ['a firewall refuses some', [ipv4([EPERM, 5])], null],
  [
    'several errors, of which the most frequent is named',
    [ipv4([EACCES, 3], [ENOBUFS, 4])],
    'ENOBUFS',
  ],
  ['one family has no way, and the other gets no answer', [ipv4(), ipv6([ENETUNREACH, 10])], null],
  ['no family has a way', [ipv4([ENETUNREACH, 9]), ipv6([ENETUNREACH, 10])], 'ENETUNREACH'],
  ['the remote is gone', [ipv4([ECONNREFUSED, 10]), ipv6([EHOSTUNREACH, 10])], null],
  ['an error without a number', [ipv4([0, 10])], null],
] as const)('%s', (_, sends, expected) => {
  expect(rejectionOf([...sends])).toBe(expected);
});
