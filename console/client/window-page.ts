/** The page of a judged window, on this machine. */
import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { windowDocumentKey } from '../../lambdas/shared/keys.ts';
import { readText } from './actions.ts';
import { listWindows } from './catalog.ts';
import { type Connection, UsageError } from './connect.ts';

/**
 * Copies the page of the window that was judged last, or of the one that is named (of several model versions the newest).
 * @returns the file's path. @throws UsageError when no such window was judged.
 */
export async function savePage(connection: Connection, window: string | undefined): Promise<string> {
  const windows = await listWindows(connection);
  const judged = windows
    .filter((item) => window === undefined || item.window === window)
    .sort((a, b) => b.window.localeCompare(a.window) || b.modelVersion - a.modelVersion);
  const [found] = judged;
  if (!found) {
    const known = [...new Set(windows.map((item) => item.window))].sort().slice(-5).join(', ');
    throw new UsageError(
      window === undefined
        ? 'no window was judged yet; ask for it: driftless monitor --run'
        : `--window: got "${window}", which was not judged; allowed: ${known === '' ? 'none yet' : known}`,
    );
  }
  const { modelVersion, window: id } = found;
  const page = await readText(connection, windowDocumentKey(modelVersion, id, 'report.html'));
  const folder = await mkdtemp(join(tmpdir(), 'driftless-window-'));
  const file = join(folder, `${connection.project}-v${modelVersion}-${id}.html`);
  await writeFile(file, page);
  return file;
}
