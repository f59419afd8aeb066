export { type BundleCheck, checkBundle } from './check-bundle.ts';
export { fingerprint, makeSigningKey, readPublicKey, readSigningKey } from './signing-key.ts';
export { makeBundleFolder, writeBundle } from './write-bundle.ts';
