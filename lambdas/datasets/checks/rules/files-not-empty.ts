/** Every file has bytes. */
import { against, passes, type Rule } from './rule.ts';

const CHECK = 'files-not-empty';

/** Blocks when a file has no bytes, or the upload no file. */
export const filesNotEmpty: Rule = ({ files }) => {
  const severity = 'block';
  if (files.length === 0) {
    return [against({ check: CHECK, severity, reason: 'The upload has no file beside its marker.' })];
  }
  const empty = files.filter(({ size }) => size === 0);
  if (empty.length === 0) return [passes(CHECK, severity, `${files.length} file(s) with content.`)];
  return empty.map(({ path }) => against({ check: CHECK, severity, reason: `File "${path}" is empty.` }));
};
