/** What in the columns and classes that gates compare by contradicts the dataset or the problem. */
import type { z } from 'zod';
import type { Mistake } from './dataset-mistakes.ts';
import { problemOf } from './problem.ts';
import type { projectSchema } from './schema.ts';

type Project = z.output<typeof projectSchema>;

/** Columns by which gates group rows: declared where columns are declared, and not named like the file's own. */
export function groupMistakes(project: Project): Mistake[] {
  const { dataset, gates } = project;
  const declared = Object.keys(dataset.columns);
  const named: [(string | number)[], string][] = [
    ...(gates.slices?.columns ?? []).map((column, i): [(string | number)[], string] => [
      ['slices', 'columns', i],
      column,
    ]),
    ...(gates.fairness?.facets ?? []).map(({ column }, i): [(string | number)[], string] => [
      ['fairness', 'facets', i, 'column'],
      column,
    ]),
    ...(gates.fairness?.group === undefined
      ? []
      : [[['fairness', 'group'], gates.fairness.group] as [(string | number)[], string]]),
  ];
  const mistakes: Mistake[] = named.flatMap(([path, input]) => {
    const at = ['gates', ...path];
    if (['side', 'row', 'label'].includes(input.toLowerCase())) {
      return [{ path: at, input, message: 'a column with a name other than side, row and label; rename it' }];
    }
    if (declared.length === 0 || declared.includes(input)) return [];
    const message = `one of the declared columns (${declared.join(', ')}); declare "${input}" or correct the name`;
    return [{ path: at, input, message }];
  });
  const sensitive = Object.values(dataset.columns).some(({ role }) => role === 'sensitive');
  if (gates.fairness && !gates.fairness.facets && !sensitive) {
    const message = 'facets, or declared columns of role "sensitive"; name the columns to compare by';
    mistakes.push({ path: ['gates', 'fairness', 'facets'], input: null, message });
  }
  mistakes.push(...classMistakes(project));
  const names = (gates.custom ?? []).map(({ name }) => name);
  for (const [index, name] of names.entries()) {
    if (names.indexOf(name) === index) continue;
    const message = 'a name that no other custom gate has; rename it';
    mistakes.push({ path: ['gates', 'custom', index, 'name'], input: name, message });
  }
  return mistakes;
}

/** Classes of the favourable outcome: among several nobody can guess them, and all of them are no outcome. */
function classMistakes(project: Project): Mistake[] {
  const problem = problemOf(project);
  const { fairness } = project.gates;
  if (!fairness || problem.type === 'regression') return [];
  const path = ['gates', 'fairness', 'positiveClasses'];
  const { positiveClasses: input } = fairness;
  const known = problem.classes.join(', ');
  if (input === undefined) {
    if (problem.type === 'binary') return [];
    const message = `some of the classes ${known}: those that are the favourable outcome; name them`;
    return [{ path, input: null, message }];
  }
  const isKnown = input.every((name) => problem.classes.includes(name));
  if (isKnown && new Set(input).size < problem.classes.length) return [];
  return [{ path, input, message: `some, not all, of the classes ${known}; correct the names` }];
}
