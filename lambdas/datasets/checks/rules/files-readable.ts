/** Every file is what its name says and parses. */
import type { Check } from '../../contract.ts';
import { against, notApplicable, passes, type Rule } from './rule.ts';

const CHECK = 'files-readable';

/**
 * Blocks when a file cannot be read as what its name says, under the check that the reader names; all such files are
 * told up to a limit, because one of them must not hide the next. What is odd but readable is a warning.
 */
export const filesReadable: Rule = ({ files: { withContent, problems, warnings, notes } }) => {
  const severity = 'block';
  const findings: Check[] = problems.first.map(({ check, path, reason, row }) => {
    const offenders = row === undefined ? undefined : { offenders: [{ path, row }] };
    // the reader's sentence names file and row
    return { ...against({ check, severity, reason }), ...offenders };
  });
  if (problems.count > findings.length) {
    const reason = `${problems.count - findings.length} more files cannot be read.`;
    findings.push(against({ check: CHECK, severity, reason }));
  }
  for (const [found, own] of [
    [warnings, 'warn'],
    [notes, 'info'],
  ] as const) {
    for (const { check, severity: given, reason, column } of found.first) {
      findings.push(against({ check, severity: given, reason, ...(column === undefined ? {} : { column }) }));
    }
    const left = found.count - found.first.length;
    if (left > 0) {
      const reason = `${left} more files or columns are odd but readable.`;
      findings.push(against({ check: CHECK, severity: own, reason }));
    }
  }
  if (findings.length > 0) return findings;
  if (withContent === 0) return [notApplicable(CHECK, severity, 'No file has content.')];
  return [passes(CHECK, severity, `${withContent} file(s) read.`)];
};
