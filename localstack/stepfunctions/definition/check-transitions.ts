/** Every `Next` names a state, every state is reached, and something ends. */
import { isObject, type Json, type JsonObject } from '../json.ts';
import type { ProblemList } from './problems.ts';

interface Transition {
  readonly target: Json | undefined;
  readonly field: string;
}

/** Checks how each state goes on. */
export function checkEndings(container: JsonObject, path: string, problems: ProblemList): void {
  for (const [name, state] of Object.entries(container.States as JsonObject)) {
    if (isObject(state)) checkEnding(state, `${path}/States/${name}`, problems);
  }
}

/** Checks the transitions among one container's states, after everything else, as AWS does. */
export function checkTransitions(container: JsonObject, path: string, problems: ProblemList): void {
  const states = container.States as JsonObject;
  const targets = new Set<Json>();
  const check = (target: Json | undefined, location: string) => {
    if (target === undefined) return;
    targets.add(target);
    if (typeof target !== 'string') {
      // of StartAt it has been said before
      if (!location.endsWith('/StartAt')) problems.schema('Expected value of type [STRING]', location);
      return;
    }
    if (Object.hasOwn(states, target)) return;
    // AWS says Next wherever the target stands
    problems.add('MISSING_TRANSITION_TARGET', `Missing 'Next' target: ${target}`, location);
  };
  check(container.StartAt, `${path}/StartAt`);
  let hasEnd = false;
  for (const [name, state] of Object.entries(states)) {
    if (!isObject(state)) continue;
    for (const { target, field } of transitionsOf(state)) check(target, `${path}/States/${name}/${field}`);
    hasEnd ||= state.End === true || state.Type === 'Succeed' || state.Type === 'Fail';
  }
  if (!hasEnd) {
    problems.add('MISSING_END_STATE', 'Workflow has no terminal state');
    return;
  }
  for (const name of Object.keys(states)) {
    if (targets.has(name)) continue;
    const location = `${path}/States/${name}`;
    problems.add('MISSING_TRANSITION_TARGET', `State "${name}" is not reachable.`, location);
  }
}

function transitionsOf(state: JsonObject): readonly Transition[] {
  const list = (field: 'Choices' | 'Catch'): Transition[] =>
    ((state[field] as Json[] | undefined) ?? []).map((item, index) => ({
      target: isObject(item) ? item.Next : undefined,
      field: `${field}[${index}]/Next`,
    }));
  return [
    { target: state.Next, field: 'Next' },
    { target: state.Default, field: 'Default' },
    ...(Array.isArray(state.Choices) ? list('Choices') : []),
    ...(Array.isArray(state.Catch) ? list('Catch') : []),
  ];
}

function checkEnding(state: JsonObject, path: string, problems: ProblemList): void {
  if (['Succeed', 'Fail', 'Choice'].includes(String(state.Type))) return;
  if (state.End !== undefined && typeof state.End !== 'boolean') {
    problems.schema('Expected value of type [BOOLEAN]', `${path}/End`);
  }
  const endings = [state.Next !== undefined, state.End === true].filter(Boolean).length;
  if (endings === 0) problems.schema("The state must have 'Next' or 'End'", path);
  if (endings === 2) problems.schema("The fields 'Next' and 'End' exclude each other", path);
}
