/** There is something to read. */
import { against, passes, type Rule } from './rule.ts';

const CHECK = 'files-not-empty';

/**
 * Blocks when no file has data. Beside files with data, one without a byte is a warning, as Spark writes them for
 * partitions without rows.
 */
export const filesNotEmpty: Rule = ({ files: { count, withContent, empty, problems } }) => {
  const severity = 'block';
  if (count === 0) {
    return [against({ check: CHECK, severity, reason: 'The upload has no file beside its marker.' })];
  }
  const findings = [];
  const nothing = withContent === 0 && problems.count === 0;
  if (nothing && empty.count > 1) {
    const all = empty.count === count ? `All ${count}` : `${empty.count} of ${count}`;
    findings.push(against({ check: CHECK, severity, reason: `${all} files are empty (0 bytes).` }));
  } else if (nothing && empty.count === 0) {
    const reason = `None of the ${count} files is data; names of data do not begin with "_" or ".".`;
    findings.push(against({ check: CHECK, severity, reason }));
  } else {
    for (const { path, isPacked } of empty.first) {
      const bytes = isPacked ? '0 bytes when unpacked' : '0 bytes';
      const reason = `File "${path}" is empty (${bytes})${nothing ? '' : ': 0 rows'}.`;
      findings.push(against({ check: CHECK, severity: nothing ? 'block' : 'warn', reason }));
    }
    const left = empty.count - empty.first.length;
    if (left > 0) {
      const reason = `${left} more files are empty (0 bytes): 0 rows.`;
      findings.push(against({ check: CHECK, severity: 'warn', reason }));
    }
  }
  return findings.length > 0 ? findings : [passes(CHECK, severity, `${withContent} file(s) with content.`)];
};
