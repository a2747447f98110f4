/**
 * Port: token buckets that all replicas share.
 *
 * @module
 */

/** Token buckets by key. */
export interface RateLimits {
  /**
   * Takes one from the key's bucket, which holds `burst` and gets `perMinute` back. When there is
   * none, nothing is taken, and `retryAfterSeconds` (else 0) says when there is.
   */
  take(
    key: string,
    rule: { burst: number; perMinute: number },
  ): Promise<{ allowed: boolean; retryAfterSeconds: number }>;
}
