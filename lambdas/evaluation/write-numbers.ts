/** Writes numbers to a local file that DuckDB reads. */
import { LineWriter } from '../shared/line-writer.ts';

/** One a line, with all digits. */
export async function writeNumbers(file: string, numbers: Iterable<number>): Promise<void> {
  const lines = await LineWriter.open(file);
  try {
    for (const number of numbers) await lines.add(number);
  } finally {
    await lines.close();
  }
}
