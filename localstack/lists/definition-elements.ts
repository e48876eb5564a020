/** What a definition of a state machine uses: fields of states, integrations, functions of JSONata. */
import type { Element } from './element.ts';

interface State {
  readonly Type: string;
  readonly Resource?: string;
  readonly Branches?: readonly Definition[];
  readonly ItemProcessor?: Definition;
  readonly Iterator?: Definition;
}

interface Definition {
  readonly States: Readonly<Record<string, State>>;
}

/** @param text the definition as JSON. @throws SyntaxError when it is none */
export function definitionElements(text: string): Element[] {
  return containerElements(JSON.parse(text) as Definition);
}

function containerElements({ States }: Definition): Element[] {
  return Object.values(States).flatMap(stateElements);
}

function stateElements(state: State): Element[] {
  const { Type, Resource, Branches = [], ItemProcessor, Iterator, ...rest } = state;
  const fields: Element[] = Object.keys(state).map((field) => ({
    kind: 'state field',
    name: `${Type}.${field}`,
  }));
  return [
    ...fields,
    ...(Resource ? [{ kind: 'integration', name: integrationName(Resource) } as const] : []),
    ...expressionsIn(rest).flatMap(functionsOf),
    ...[...Branches, ItemProcessor, Iterator].filter((each) => each !== undefined).flatMap(containerElements),
  ];
}

/** The functions that are called by their ARN are one. */
const integrationName = (resource: string): string =>
  /^arn:[^:]+:states:::/.test(resource)
    ? resource.replace(/^arn:[^:]+:states:::/, '')
    : 'lambda function ARN';

function expressionsIn(value: unknown): string[] {
  if (typeof value === 'string') return /^\{%[\s\S]*%\}$/.test(value) ? [value] : [];
  if (typeof value !== 'object' || value === null) return [];
  return Object.values(value).flatMap(expressionsIn);
}

/** Functions that an expression calls, without those that it defines. */
function functionsOf(expression: string): Element[] {
  const called = [...expression.matchAll(/\$([A-Za-z]\w*)\s*\(/g)].map(([, name]) => name!);
  const defined = [...expression.matchAll(/\$([A-Za-z]\w*)\s*:=/g)].map(([, name]) => name!);
  return called
    .filter((name) => !defined.includes(name))
    .map((name) => ({ kind: 'JSONata function', name: `$${name}` }));
}
