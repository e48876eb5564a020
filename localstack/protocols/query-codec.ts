/** Reads form-encoded query requests (`Member.1.Name=…`) by the SDK's schemas. */
import { requiredCount, type Shape } from './model.ts';
import { parseScalar } from './scalars.ts';
import { missingMembers, unknownMember, wrongType } from './shape-error.ts';

/** Parameters by dotted name, as a tree. */
interface Node {
  value?: string;
  readonly children: Map<string, Node>;
}

/** The SDK-typed input of a query request. @throws ShapeError on unknown, mistyped or absent members */
export function readQuery(shape: Shape, parameters: URLSearchParams): Record<string, unknown> {
  const root: Node = { children: new Map() };
  for (const [name, value] of parameters) {
    if (name === 'Action' || name === 'Version') continue;
    let node = root;
    for (const part of name.split('.')) {
      const child: Node = node.children.get(part) ?? { children: new Map() };
      node.children.set(part, child);
      node = child;
    }
    node.value = value;
  }
  if (shape.isUnitSchema()) return {};
  const missing: string[] = [];
  const input = readStruct(shape, root, '', missing);
  if (missing.length > 0) throw missingMembers(missing);
  return input;
}

function readStruct(shape: Shape, node: Node, path: string, missing: string[]): Record<string, unknown> {
  const result: Record<string, unknown> = {};
  const known = new Set<string>();
  const required = requiredCount(shape);
  let index = 0;
  for (const [name, member] of shape.structIterator()) {
    const key = xmlName(member) ?? name;
    const memberPath = path === '' ? name : `${path}.${name}`;
    known.add(key);
    const child = node.children.get(key);
    if (child) result[name] = readNode(member, child, memberPath, missing);
    else if (index < required && !member.isIdempotencyToken()) missing.push(memberPath);
    index += 1;
  }
  const unknown = [...node.children.keys()].find((key) => !known.has(key));
  if (unknown !== undefined)
    throw unknownMember(path === '' ? unknown : `${path}.${unknown}`, shape.getName());
  return result;
}

function readNode(shape: Shape, node: Node, path: string, missing: string[]): unknown {
  if (shape.isStructSchema()) return readStruct(shape, node, path, missing);
  if (shape.isListSchema()) {
    const item = shape.getValueSchema();
    // `Tags=` is how an empty list is sent
    const holder = isFlat(shape) ? node : childOf(node, xmlName(item) ?? 'member');
    return numbered(holder, path).map((each, index) =>
      readNode(item, each, `${path}.${index + 1}.member`, missing),
    );
  }
  if (shape.isMapSchema()) {
    const keyName = xmlName(shape.getKeySchema()) ?? 'key';
    const value = shape.getValueSchema();
    const valueName = xmlName(value) ?? 'value';
    const holder = isFlat(shape) ? node : childOf(node, 'entry');
    return Object.fromEntries(
      numbered(holder, path).map((entry) => {
        const key = entry.children.get(keyName)?.value;
        if (key === undefined) throw wrongType(path, `map with ${keyName} and ${valueName}`, undefined);
        return [key, readNode(value, childOf(entry, valueName), `${path}.${key}`, missing)];
      }),
    );
  }
  return parseScalar(shape, node.value ?? '', path);
}

function numbered(node: Node, path: string): Node[] {
  return [...node.children]
    .map(([key, child]): [number, Node] => {
      if (!/^\d+$/.test(key)) throw wrongType(path, 'list (its parameters end in .1, .2, …)', key);
      return [Number(key), child];
    })
    .sort(([left], [right]) => left - right)
    .map(([, child]) => child);
}

function childOf(node: Node, name: string): Node {
  return node.children.get(name) ?? { children: new Map() };
}

function xmlName(shape: Shape): string | undefined {
  return (shape.getMergedTraits() as { xmlName?: string }).xmlName;
}

function isFlat(shape: Shape): boolean {
  return Boolean((shape.getMergedTraits() as { xmlFlattened?: number }).xmlFlattened);
}
