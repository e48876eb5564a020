/** Where the files are that this cloud hands to other programs: the sources may run bundled, from another place. */
import { fileURLToPath } from 'node:url';

/** Absolute path of a file of the local cloud, given its path below `localstack/`. */
export const localFile = (path: string): string => fileURLToPath(new URL(`../${path}`, import.meta.url));
