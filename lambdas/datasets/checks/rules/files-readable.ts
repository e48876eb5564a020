/** Every file is what its name says. */
import { against, notApplicable, passes, type Rule } from './rule.ts';

const CHECK = 'files-readable';

/** Blocks when a file's bytes are not of the format that its name or the project says, or do not parse. */
export const filesReadable: Rule = ({ files }) => {
  const severity = 'block';
  const looked = files.filter(({ size }) => size > 0);
  if (looked.length === 0) return [notApplicable(CHECK, severity, 'No file has content.')];
  const bad = looked.filter(({ problem }) => problem !== undefined);
  if (bad.length === 0) return [passes(CHECK, severity, `${looked.length} file(s) read.`)];
  return bad.map(({ path, problem }) =>
    against({ check: CHECK, severity, reason: `File "${path}" ${problem}.` }),
  );
};
