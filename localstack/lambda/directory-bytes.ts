/** How much a folder holds. */
import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';

/** Bytes of all files below a folder; what goes while this looks counts as nothing. */
export function directoryBytes(directory: string): number {
  try {
    let bytes = 0;
    for (const entry of readdirSync(directory, { withFileTypes: true })) {
      const path = join(directory, entry.name);
      if (entry.isDirectory()) bytes += directoryBytes(path);
      else if (entry.isFile()) bytes += statSync(path).size;
    }
    return bytes;
  } catch {
    return 0;
  }
}
