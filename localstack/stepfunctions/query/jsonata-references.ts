/** What AWS refuses in a JSONata expression when the state machine is created. */
import { compile } from './jsonata.ts';

/** Why an expression is refused. */
export interface ExpressionProblem {
  readonly code: 'INVALID_JSONATA_EXPRESSION' | 'UNSUPPORTED_JSONATA_EXPRESSION';
  readonly message: string;
}

/** The parser's tree; more members than its published type has. */
interface Node {
  readonly type: string;
  readonly value?: unknown;
  readonly steps?: readonly Node[];
  readonly procedure?: Node;
  readonly [member: string]: unknown;
}

/**
 * Problems of one expression: it does not parse, reads the top-level context (a bare name, `$`, `$$`), or uses
 * `$eval`, or `$states.errorOutput` where there is none.
 */
export function expressionProblems(
  source: string,
  options: { hasErrorOutput: boolean },
): readonly ExpressionProblem[] {
  let tree: Node;
  try {
    tree = compile(source).ast() as unknown as Node;
  } catch (thrown) {
    const { message } = thrown as { message?: string };
    return [{ code: 'INVALID_JSONATA_EXPRESSION', message: String(message) }];
  }
  const messages = new Set<string>();
  walk(tree, true, (message) => messages.add(message), options.hasErrorOutput);
  return [...messages].map((message) => ({ code: 'UNSUPPORTED_JSONATA_EXPRESSION', message }));
}

/** Only the first step of a path reads the context around it: later steps, predicates, sorts and groups have their own. */
function walk(node: Node, isTop: boolean, refuse: (message: string) => void, hasErrorOutput: boolean): void {
  const visit = (child: unknown, top: boolean): void => {
    if (Array.isArray(child)) for (const each of child) visit(each, top);
    else if (typeof child === 'object' && child !== null) walk(child as Node, top, refuse, hasErrorOutput);
  };
  switch (node.type) {
    case 'path': {
      const steps = node.steps ?? [];
      const [first, second] = steps;
      if (isStates(first) && second?.value === 'errorOutput' && !hasErrorOutput) {
        refuse("Reference to '$states.errorOutput' is not supported.");
      }
      for (const [index, step] of steps.entries()) visit(step, isTop && index === 0);
      visit((node.group as Node | undefined)?.lhs, false);
      return;
    }
    case 'name':
    case 'wildcard':
    case 'descendant':
      if (isTop) refuse(`Reference to '${node.value}' at the top level is not supported.`);
      break;
    case 'variable':
      if (node.value === '$') refuse("Reference to '$$' is not supported.");
      if (node.value === '' && isTop) refuse("Reference to '$' at the top level is not supported.");
      break;
    case 'function':
      if (node.procedure?.value === 'eval') refuse("Function '$eval' is not supported.");
      visit(node.procedure, isTop);
      break;
    case 'transform':
      visit([node.pattern, node.update, node.delete], false);
      return;
    case 'sort':
      visit(
        (node.terms as Node[]).map((term) => term.expression),
        false,
      );
      return;
  }
  for (const part of ['stages', 'predicate', 'group'] as const) {
    for (const each of [node[part] as Node | Node[] | undefined].flat())
      visit(each?.expr ?? each?.lhs, false);
  }
  for (const part of PARTS) visit(node[part], isTop);
}

const PARTS = ['lhs', 'rhs', 'arguments', 'expressions', 'expression', 'condition', 'then', 'else', 'body'];

function isStates(node: Node | undefined): boolean {
  return node?.type === 'variable' && node.value === 'states';
}
