/**
 * Who has how much: a hundred clients, unevenly large, as clients are.
 *
 * @module
 */

/** Records at scale 1; each has two orders and five calls. */
const RECORDS = 1_000_000;
/** Clients at every scale. */
const CLIENTS = 100;
/** How fast clients get smaller by rank (Zipf's law): the first has more than a quarter of all. */
const SKEW = 1.2;
/** Calls of a record: three of its first order, two of its second. */
export const CALLS_PER_RECORD = 5;

/** One client's share. */
export interface Share {
  name: string;
  email: string;
  records: number;
  /** The same at every scale: a client grows by people called, not by campaigns. */
  campaigns: number;
}

/** The clients, largest first. */
export function planOf(scale: number): Share[] {
  const weights = Array.from({ length: CLIENTS }, (_, i) => (i + 1) ** -SKEW);
  const sum = weights.reduce((a, b) => a + b);
  const shares = weights.map((weight, i) => ({
    name: `Client ${String(i + 1).padStart(3, "0")}`,
    email: `admin@client${i + 1}.test`,
    records: Math.max(1, Math.floor(RECORDS * scale * weight / sum)),
    campaigns: Math.max(2, Math.round(24 / Math.sqrt(i + 1))),
  }));
  const made = shares.reduce((total, { records }) => total + records, 0);
  shares[0].records += Math.max(0, Math.round(RECORDS * scale) - made);
  return shares;
}
