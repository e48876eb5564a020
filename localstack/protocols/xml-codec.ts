/** Reads and writes XML by the SDK's schemas, for S3's bodies and the query services' answers. */
import { parseXML } from '@aws-sdk/xml-builder';
import { requiredCount, type Shape } from './model.ts';
import { formatScalar, parseScalar, TIMESTAMP } from './scalars.ts';
import { missingMembers, ShapeError, unknownMember, wrongType } from './shape-error.ts';

interface XmlTraits {
  readonly xmlName?: string;
  readonly xmlFlattened?: number;
  readonly xmlAttribute?: number;
  readonly xmlNamespace?: readonly [string, string];
  readonly httpHeader?: string;
  readonly httpPrefixHeaders?: string;
  readonly httpQuery?: string;
  readonly httpLabel?: number;
  readonly httpResponseCode?: number;
}

/** The SDK-typed value of an XML document's root. @throws ShapeError when it is malformed or does not fit */
export function readXml(shape: Shape, text: string): unknown {
  let root: unknown;
  try {
    root = Object.values(parseXML(text) as Record<string, unknown>)[0];
  } catch (error) {
    throw new ShapeError(
      'serialization',
      `The XML you provided was not well-formed: ${(error as Error).message}`,
    );
  }
  return readNode(shape, root, shape.getName() ?? '');
}

function readNode(shape: Shape, node: unknown, path: string): unknown {
  if (shape.isStructSchema()) return readStruct(shape, node, path);
  if (shape.isListSchema()) {
    const item = shape.getValueSchema();
    const items = isFlat(shape) ? node : asRecord(node, path)[traitsOf(item).xmlName ?? 'member'];
    return asArray(items).map((each) => readNode(item, each, path));
  }
  if (shape.isMapSchema()) {
    const keyName = traitsOf(shape.getKeySchema()).xmlName ?? 'key';
    const value = shape.getValueSchema();
    const valueName = traitsOf(value).xmlName ?? 'value';
    const entries = asArray(isFlat(shape) ? node : asRecord(node, path).entry);
    return Object.fromEntries(
      entries.map((entry) => {
        const record = asRecord(entry, path);
        return [String(record[keyName]), readNode(value, record[valueName], path)];
      }),
    );
  }
  return parseScalar(shape, textOf(node, path), path);
}

function readStruct(shape: Shape, node: unknown, path: string): Record<string, unknown> {
  const record = asRecord(node, path);
  const result: Record<string, unknown> = {};
  const known = new Set<string>(['#text']);
  const missing: string[] = [];
  const required = requiredCount(shape);
  let index = 0;
  for (const [name, member] of shape.structIterator()) {
    const key = traitsOf(member).xmlName ?? name;
    known.add(key);
    if (record[key] !== undefined) result[name] = readNode(member, record[key], `${path}.${name}`);
    // an absent flattened list cannot be told from an empty one
    else if (index < required && !(member.isListSchema() && isFlat(member))) missing.push(`${path}.${name}`);
    index += 1;
  }
  const unknown = Object.keys(record).find((key) => !known.has(key) && !/^(xmlns|xsi)(:|$)/.test(key));
  if (unknown !== undefined) throw unknownMember(`${path}.${unknown}`, shape.getName());
  if (missing.length > 0) throw missingMembers(missing);
  return result;
}

/** The children of an element for a structure: its members that are not bound to headers, query or status. */
export function writeXmlMembers(shape: Shape, value: Readonly<Record<string, unknown>>): string {
  if (!shape.isStructSchema()) return '';
  let text = '';
  for (const [name, member] of shape.structIterator()) {
    const traits = traitsOf(member);
    const bound =
      traits.httpHeader ?? traits.httpPrefixHeaders ?? traits.httpQuery ?? traits.httpResponseCode;
    if (bound !== undefined || traits.xmlAttribute) continue;
    if (value[name] === undefined || value[name] === null) continue;
    text += writeMember(traits.xmlName ?? name, member, value[name]);
  }
  return text;
}

function writeMember(tag: string, shape: Shape, value: unknown): string {
  if (shape.isListSchema()) {
    const item = shape.getValueSchema();
    const flat = isFlat(shape);
    const itemTag = flat ? tag : (traitsOf(item).xmlName ?? 'member');
    const items = [...(value as Iterable<unknown>)].map((each) => writeMember(itemTag, item, each)).join('');
    return flat ? items : element(tag, items);
  }
  if (shape.isMapSchema()) {
    const keyTag = traitsOf(shape.getKeySchema()).xmlName ?? 'key';
    const item = shape.getValueSchema();
    const itemTag = traitsOf(item).xmlName ?? 'value';
    const flat = isFlat(shape);
    const entries = Object.entries(value as object)
      .filter(([, each]) => each !== undefined && each !== null)
      .map(([key, each]) =>
        element(flat ? tag : 'entry', element(keyTag, escapeXml(key)) + writeMember(itemTag, item, each)),
      )
      .join('');
    return flat ? entries : element(tag, entries);
  }
  if (shape.isStructSchema()) {
    const record = value as Record<string, unknown>;
    return element(tag, writeXmlMembers(shape, record), attributesOf(shape, record));
  }
  return element(tag, escapeXml(formatScalar(shape, value, TIMESTAMP.dateTime)));
}

function attributesOf(shape: Shape, value: Readonly<Record<string, unknown>>): string {
  let text = '';
  const namespace = traitsOf(shape).xmlNamespace;
  if (namespace) text += ` xmlns${namespace[0] ? `:${namespace[0]}` : ''}="${escapeXml(namespace[1])}"`;
  for (const [name, member] of shape.structIterator()) {
    const traits = traitsOf(member);
    if (traits.xmlAttribute && value[name] !== undefined) {
      text += ` ${traits.xmlName ?? name}="${escapeXml(String(value[name]))}"`;
    }
  }
  return text;
}

/** An element with content that is already escaped. */
export function element(tag: string, content: string, attributes = ''): string {
  return content === '' ? `<${tag}${attributes}/>` : `<${tag}${attributes}>${content}</${tag}>`;
}

/** Text for element content and attribute values; carriage returns survive as references. */
export function escapeXml(text: string): string {
  return text.replace(/[&<>"\r\n\u0085\u2028]/g, (char) => {
    if (char === '&') return '&amp;';
    if (char === '<') return '&lt;';
    if (char === '>') return '&gt;';
    if (char === '"') return '&quot;';
    return `&#x${char.charCodeAt(0).toString(16).toUpperCase()};`;
  });
}

function traitsOf(shape: Shape): XmlTraits {
  return shape.getMergedTraits() as XmlTraits;
}

function isFlat(shape: Shape): boolean {
  return Boolean(traitsOf(shape).xmlFlattened);
}

function asArray(value: unknown): unknown[] {
  if (value === undefined || value === '') return [];
  return Array.isArray(value) ? value : [value];
}

function asRecord(value: unknown, path: string): Record<string, unknown> {
  if (value === '' || value === undefined || value === null) return {};
  // an element with nothing but white space is an empty structure
  if (typeof value === 'string' && value.trim() === '') return {};
  if (typeof value !== 'object' || Array.isArray(value)) throw wrongType(path, 'structure', value);
  return value as Record<string, unknown>;
}

function textOf(node: unknown, path: string): string {
  if (typeof node === 'string') return node;
  const text = (node as Record<string, unknown> | null)?.['#text'] ?? '';
  if (typeof text !== 'string') throw wrongType(path, 'text', node);
  return text;
}
