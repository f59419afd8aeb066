/** Address of a bucket or of an object in it. */
interface BucketAddress {
  bucket: string;
  /** Key as it is in the bucket: it may have a percent sign, a question mark or a space. */
  key: string;
}

const ADDRESS = /^s3:\/\/([^/?#@:]+)(?:\/+(.*))?$/s;

/** @returns null: it is not `s3://BUCKET` or `s3://BUCKET/KEY`, or has a password */
export const readBucketAddress = (text: string): BucketAddress | null => {
  const [, bucket, key = ''] = ADDRESS.exec(text) ?? [];
  return bucket === undefined ? null : { bucket, key };
};
