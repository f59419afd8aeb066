import { folderStorage } from './folder-storage.ts';
import { httpStorage } from './http-storage.ts';
import type { Storage } from './storage.ts';

export interface StorageOptions {
  /** Folder, http address, or `s3://BUCKET/PREFIX`. */
  place: string;
  /** Address of a service with the API of S3; null: that of the environment, or of AWS. */
  s3Endpoint: string | null;
}

export const isBucket = (place: string): boolean => place.startsWith('s3://');

export const storageOf = async ({ place, s3Endpoint }: StorageOptions): Promise<Storage> => {
  if (/^https?:\/\//.test(place)) return httpStorage(place);
  if (!isBucket(place)) return folderStorage(place);
  // The client of S3 is large, and most commands need none.
  const { s3Storage } = await import('./s3-storage.ts');
  return s3Storage(place, s3Endpoint);
};
