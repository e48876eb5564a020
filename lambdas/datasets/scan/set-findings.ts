/** What is wrong or odd about the files of an upload together, although each alone is fine. */
import type { DuckDb } from '../../shared/duckdb.ts';
import type { ReadFinding } from '../checks/fact-types.ts';
import type { FilesFacts } from '../checks/file-facts.ts';
import { headerClashes } from '../files/header-names.ts';

/** Contents that are told, and names of each. */
const TOLD = 10;

/** Needs the table `own_files`. */
export async function setFindings(database: DuckDb, { headers }: FilesFacts): Promise<ReadFinding[]> {
  const clashes = headerClashes(headers.map(({ first, columns }) => ({ path: first.path, columns })));
  return [
    ...clashes.map((reason): ReadFinding => ({ check: 'files-readable', severity: 'block', reason })),
    ...(await repeatedContents(database)),
  ];
}

/** Contents under several names. Files without rows repeat nothing. */
async function repeatedContents(database: DuckDb): Promise<ReadFinding[]> {
  const repeated = await database.rows<{ files: number; paths: string[]; contents: number }>(
    `WITH data_files AS (SELECT path, sha256, size FROM own_files WHERE rows > 0 AND target IS NOT NULL),
       repeated AS (SELECT sha256, size, count(*) OVER () AS contents FROM data_files
         GROUP BY sha256, size HAVING count(*) > 1 ORDER BY min(path) LIMIT ${TOLD})
     SELECT count(*) AS files, min(path, ${TOLD}) AS paths, any_value(contents) AS contents
     FROM data_files JOIN repeated USING (sha256, size) GROUP BY sha256, size ORDER BY min(path)`,
  );
  const found = repeated.map(({ files, paths }): ReadFinding => {
    const names = paths.map((path) => `"${path}"`).join(', ') + (files > TOLD ? ', ...' : '');
    const times = files === 2 ? 'twice' : `${files} times`;
    const reason = `${files} files have the same content: ${names}; their rows count ${times}.`;
    return { check: 'files-duplicated', severity: 'warn', reason };
  });
  const more = (repeated[0]?.contents ?? 0) - repeated.length;
  if (more > 0) {
    const reason = `${more} more contents are there under several names.`;
    found.push({ check: 'files-duplicated', severity: 'warn', reason });
  }
  return found;
}
