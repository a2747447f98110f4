/**
 * Work on many things, one after the other.
 *
 * @module
 */

/**
 * Gives every item its turn, whatever became of those before it: one that always fails must not
 * keep the others waiting for ever.
 *
 * @throws AggregateError of all failures, once every item has had its turn.
 */
export async function inTurn<T>(items: T[], work: (item: T) => Promise<void>): Promise<void> {
  const failures: unknown[] = [];
  for (const item of items) {
    try {
      await work(item);
    } catch (error) {
      failures.push(error);
    }
  }
  if (failures.length) {
    throw new AggregateError(failures, `${failures.length} of ${items.length} failed`);
  }
}
