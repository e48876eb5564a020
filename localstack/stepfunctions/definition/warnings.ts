/** What AWS warns of in a definition that it takes. */
import { isObject, type Json, type JsonObject } from '../json.ts';

/** A warning of ValidateStateMachineDefinition. */
export interface Warning {
  readonly code: 'NO_DOLLAR';
  readonly message: string;
  readonly location: string;
}

const TEMPLATES = ['Parameters', 'ResultSelector', 'ItemSelector'];

/** Members of JSONPath templates whose text looks like a path, though their name does not end in `.$`. */
export function warningsOf(definition: JsonObject): Warning[] {
  return warningsIn(definition, '', definition.QueryLanguage === 'JSONata');
}

function warningsIn(container: JsonObject, path: string, isJsonata: boolean): Warning[] {
  if (!isObject(container.States)) return [];
  return Object.entries(container.States).flatMap(([name, state]) =>
    isObject(state) ? warningsOfState(state, `${path}/States/${name}`, isJsonata) : [],
  );
}

function warningsOfState(state: JsonObject, path: string, isJsonata: boolean): Warning[] {
  const isOwnJsonata = state.QueryLanguage === undefined ? isJsonata : state.QueryLanguage === 'JSONata';
  const own = isOwnJsonata
    ? []
    : TEMPLATES.flatMap((field) => warningsOfTemplate(state[field] ?? null, `${path}/${field}`));
  const branches = Array.isArray(state.Branches) ? (state.Branches as Json[]) : [];
  const inner = [
    ...branches.map((branch, index) => [`Branches[${index}]`, branch] as const),
    ...(['ItemProcessor', 'Iterator'] as const).map((field) => [field, state[field] ?? null] as const),
  ];
  return [
    ...own,
    ...inner.flatMap(([field, value]) =>
      isObject(value) ? warningsIn(value, `${path}/${field}`, isJsonata) : [],
    ),
  ];
}

function warningsOfTemplate(template: Json, location: string): Warning[] {
  if (Array.isArray(template)) {
    return (template as Json[]).flatMap((item, index) => warningsOfTemplate(item, `${location}[${index}]`));
  }
  if (!isObject(template)) return [];
  return Object.entries(template).flatMap(([name, value]): Warning[] => {
    if (typeof value !== 'string') return warningsOfTemplate(value, `${location}/${name}`);
    if (name.endsWith('.$') || !/^\$\$?(\.|\[|$)/.test(value)) return [];
    const message = `The value of '${name}' looks like a JSONPath. Instead of '${name}', use '${name}.$' to evaluate it as a JSONPath at runtime.`;
    return [{ code: 'NO_DOLLAR', message, location }];
  });
}
