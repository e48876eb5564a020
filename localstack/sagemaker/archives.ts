/** The tar.gz files that SageMaker makes and opens. */
import { mkdir, readdir } from 'node:fs/promises';
import * as tar from 'tar';

/** Packs what is in `directory`, at the archive's root. */
export async function packDirectory(directory: string, file: string): Promise<void> {
  const entries = await readdir(directory);
  // tar refuses to pack nothing; an empty folder becomes an archive that holds only its root
  await tar.create({ gzip: true, cwd: directory, file }, entries.length > 0 ? entries : ['.']);
}

/** Unpacks a tar.gz. @throws Error when it is none, or when it has a link. */
export async function unpackInto(file: string, directory: string): Promise<void> {
  await mkdir(directory, { recursive: true });
  let link: string | undefined;
  await tar.extract({
    file,
    cwd: directory,
    strict: true,
    filter: (path, entry) => {
      const isLink = 'type' in entry && (entry.type === 'SymbolicLink' || entry.type === 'Link');
      if (isLink) link = path;
      return !isLink;
    },
  });
  if (link !== undefined) throw new Error(`the archive holds a link: ${link}`);
}
