/** Meaning of an error code of OpenSSL or Node, and its remedy. */
export interface TlsProblem {
  what: string;
  hint: string;
}

const UNKNOWN_AUTHORITY: TlsProblem = {
  what: 'its certificate is signed by an authority that this host does not know',
  hint: 'give the certificate of your CA: --ca FILE (or NODE_EXTRA_CA_CERTS); of a public CA, the server lacks the intermediate certificate in its chain',
};

const PROBLEMS: Readonly<Record<string, TlsProblem>> = {
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: UNKNOWN_AUTHORITY,
  UNABLE_TO_GET_ISSUER_CERT: UNKNOWN_AUTHORITY,
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: UNKNOWN_AUTHORITY,
  SELF_SIGNED_CERT_IN_CHAIN: UNKNOWN_AUTHORITY,
  DEPTH_ZERO_SELF_SIGNED_CERT: {
    what: 'its certificate is self-signed',
    hint: 'give this certificate itself: --ca FILE (or NODE_EXTRA_CA_CERTS)',
  },
  CERT_HAS_EXPIRED: {
    what: 'its certificate, or one of the authorities that signed it, has expired',
    hint: 'renew it and reload the server or proxy that presents it; check the clock of this host',
  },
  CERT_NOT_YET_VALID: {
    what: 'its certificate is not valid yet',
    hint: 'check the clock of this host, and the dates of the certificate',
  },
  CERT_SIGNATURE_FAILURE: {
    what: 'its certificate was not signed by the authority of that name',
    hint: 'the CA has a new key: give its present certificate with --ca FILE',
  },
  CERT_REVOKED: {
    what: 'its certificate was revoked',
    hint: 'issue a new one',
  },
  ERR_TLS_CERT_ALTNAME_INVALID: {
    what: 'its certificate is for another name',
    hint: 'connect by a name that the certificate has, or issue one with this name (subjectAltName)',
  },
};

const OTHER_TLS_CODES =
  /^(ERR_TLS|ERR_SSL|CERT_|DEPTH_ZERO|SELF_SIGNED|UNABLE_TO_|HOSTNAME_MISMATCH|INVALID_CA|PATH_LENGTH_EXCEEDED|EPROTO)/;

const NO_TLS: TlsProblem = {
  what: 'the handshake failed',
  hint: 'check that this port speaks TLS: where a proxy terminates it, its port, and ws:// where there is none',
};

const OTHER: TlsProblem = {
  what: 'its certificate was not accepted',
  hint: 'check the certificate and its chain: openssl s_client -connect HOST:PORT -showcerts',
};

/** Describes an error code; null when it is not a code of TLS. */
export const tlsProblem = (code: string): TlsProblem | null => {
  const known = PROBLEMS[code];
  if (known !== undefined) return known;
  if (!OTHER_TLS_CODES.test(code)) return null;
  return /^(EPROTO|ERR_SSL)/.test(code) ? NO_TLS : OTHER;
};
