/**
 * Check whether an identity is that of a participant of a role.
 * @param beginning beginning of the identities of the role (`roleIdentities`)
 */
export const isIdentityOf = (identity: string, beginning: string): boolean =>
  identity.startsWith(beginning) && /^\d+(\.\d+)?\+*$/.test(identity.slice(beginning.length));
