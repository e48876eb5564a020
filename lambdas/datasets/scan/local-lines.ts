/** Lists of files on the local disk as JSON Lines, which are gone through without being held. */
import { fileLines } from '../../shared/lines.ts';

/** Files that are looked at and read together: what is known of one takes about 2 KB. */
const BATCH_FILES = 2_000;

/** The values of a local JSON Lines file. */
export async function* linesOf<T>(file: string): AsyncIterable<T> {
  for await (const line of fileLines(file)) if (line !== '') yield JSON.parse(line) as T;
}

/** Some at a time. */
export async function* inBatches<T>(
  items: AsyncIterable<T>,
  isWanted: (item: T) => boolean = () => true,
): AsyncIterable<T[]> {
  let batch: T[] = [];
  for await (const item of items) {
    if (!isWanted(item)) continue;
    batch.push(item);
    if (batch.length < BATCH_FILES) continue;
    yield batch;
    batch = [];
  }
  if (batch.length > 0) yield batch;
}
