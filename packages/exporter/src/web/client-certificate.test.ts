import { expect, it } from 'vitest';
import { sansOf } from './client-certificate.ts';

it.each([
  ['DNS:a.example, DNS:b.example', ['a.example', 'b.example']],
  ['IP Address:10.0.0.1, IP Address:FE80:0:0:0:0:0:0:1', ['10.0.0.1', 'fe80::1']],
  ['email:a@b.example, URI:spiffe://b/c', ['a@b.example', 'spiffe://b/c']],
  ['DirName:CN=x', []],
  // A quoted name may hold what looks like another one.
  ['DNS:"a, DNS:b.example, c"', []],
  [undefined, []],
])('reads the names of a certificate: %s', (subjectAltName, names) => {
  expect(sansOf({ subjectAltName })).toEqual(names);
});
