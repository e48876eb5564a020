/** The target is an outcome of the project's problem in every row. */
import type { ProblemSettings } from '../../../shared/settings.ts';
import { isZeroOne } from '../../schema/typed-columns.ts';
import type { Offence } from '../fact-types.ts';
import { against, notApplicable, offendersOf, passes, type Rule, UNREADABLE } from './rule.ts';

const CHECK = 'target-values';

/**
 * Blocks when a target is none of the classes (0/1 or true/false when the project names none) or, in a regression, no
 * finite number, and when a whole version has one class. Rows without a target are found by `null-rate`.
 */
export const targetValues: Rule = (subject) => {
  const { settings, table, head } = subject;
  const { target, uploads } = settings;
  const severity = 'block';
  if (!table) return [notApplicable(CHECK, severity, UNREADABLE)];
  if (!table.target) return [notApplicable(CHECK, severity, 'The target column is missing.')];
  const { unknown, classes } = table.target;
  const { wrong, right } = expected(settings.problem);
  const finding = { check: CHECK, column: target, severity } as const;
  if (unknown.rows > 0) {
    const values = unknown.rows === unknown.examples.length ? `: ${counted(unknown)}` : '';
    const reason = `${unknown.rows} of ${table.rows} rows have a target that is ${wrong}${values}.`;
    const offenders = offendersOf(subject, unknown.examples);
    return [against({ ...finding, reason, offenders, namesFirst: values === '' })];
  }
  const labelled = Object.values(classes).reduce((sum, rows) => sum + rows, 0);
  const addsToOthers = uploads === 'append' && head !== undefined;
  const isRegression = settings.problem?.type === 'regression';
  if (!isRegression && Object.keys(classes).length < 2 && labelled > 0 && !addsToOthers) {
    const reason = `All ${labelled} rows have the same target (${Object.keys(classes)[0]}): there is nothing to tell apart.`;
    return [against({ ...finding, reason })];
  }
  return [passes(CHECK, severity, `Every target is ${right}.`)];
};

/** What a target is, and what a wrong one is, in words. */
function expected(problem: ProblemSettings | undefined): { readonly wrong: string; readonly right: string } {
  if (problem?.type === 'regression') return { wrong: 'no finite number', right: 'a finite number' };
  if (problem === undefined || isZeroOne(problem.classes)) {
    return { wrong: 'neither 0/1 nor true/false', right: '0/1 or true/false' };
  }
  const names = problem.classes.map((name) => `"${name}"`);
  const shown = names.length > MOST_CLASSES ? [...names.slice(0, MOST_CLASSES), '...'] : names;
  const list = `${names.length} classes (${shown.join(', ')})`;
  return { wrong: `none of the ${list}`, right: `one of the ${list}` };
}

const MOST_CLASSES = 10;

/** Each value with how many rows have it, when all offenders are known. */
function counted({ examples }: Offence): string {
  const counts = new Map<string, number>();
  for (const { value = '' } of examples) counts.set(value, (counts.get(value) ?? 0) + 1);
  return [...counts].map(([value, rows]) => `"${value}" (${rows})`).join(', ');
}
