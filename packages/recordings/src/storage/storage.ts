/** A file of a storage on this host, until it is disposed of. */
export interface OpenFile extends AsyncDisposable {
  path: string;
}

/** Place in which recordings are: a folder of this host, an http address, or a bucket. */
export interface Storage {
  /**
   * Finds a file, or loads it into a private folder.
   * @param name as egress reports it
   * @throws Error when the storage does not give it; a file that is not there is none
   */
  open(name: string, signal: AbortSignal): Promise<OpenFile>;
  /**
   * Asserts that the storage answers, as far as that is known before a file is there.
   * @throws SwarmError `storage_unavailable`
   */
  expectAccess(signal: AbortSignal): Promise<void>;
}
