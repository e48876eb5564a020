/** Bucket policies: their shape, and whether they let everybody in. */
import { AwsError } from '../core/errors.ts';
import { accessDenied } from './errors.ts';
import type { BucketRecord } from './storage/records.ts';

const MAX_POLICY_BYTES = 20 * 1024;
const STATEMENT_ELEMENTS = [
  'Sid',
  'Effect',
  'Principal',
  'NotPrincipal',
  'Action',
  'NotAction',
  'Resource',
  'NotResource',
  'Condition',
];
/** Conditions that narrow "everybody" to somebody, in lower case. */
const NARROWING_KEYS = [
  'aws:sourceip',
  'aws:sourcearn',
  'aws:sourceaccount',
  'aws:sourceorgid',
  'aws:sourcevpc',
  'aws:sourcevpce',
  'aws:sourceowner',
  'aws:principalarn',
  'aws:principalaccount',
  'aws:principalorgid',
  'aws:userid',
  's3:dataaccesspointaccount',
  's3:dataaccesspointarn',
];

interface Statement {
  readonly Effect?: unknown;
  readonly Principal?: unknown;
  readonly NotPrincipal?: unknown;
  readonly Action?: unknown;
  readonly NotAction?: unknown;
  readonly Resource?: unknown;
  readonly NotResource?: unknown;
  readonly Condition?: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
}

/** The policy, if the bucket may have it. @throws AwsError MalformedPolicy, or AccessDenied for a public one that is blocked */
export function checkBucketPolicy(bucket: BucketRecord, policy: string): string {
  if (Buffer.byteLength(policy) > MAX_POLICY_BYTES)
    throw malformed('Policy exceeds the maximum allowed size');
  const arn = `arn:aws:s3:::${bucket.name}`;
  for (const statement of statementsOf(policy)) {
    const unknown = Object.keys(statement).find((element) => !STATEMENT_ELEMENTS.includes(element));
    if (unknown !== undefined) throw malformed(`Unknown field ${unknown}`);
    if (statement.Effect !== 'Allow' && statement.Effect !== 'Deny')
      throw malformed('Invalid effect: must be Allow or Deny');
    if ((statement.Principal ?? statement.NotPrincipal) === undefined)
      throw malformed('Missing required field Principal');
    if ((statement.Action ?? statement.NotAction) === undefined)
      throw malformed('Missing required field Action');
    const resources = [statement.Resource ?? statement.NotResource ?? []].flat();
    if (resources.length === 0) throw malformed('Missing required field Resource');
    if (
      !resources.every(
        (each) => each === arn || String(each).startsWith(`${arn}/`) || String(each).includes('*'),
      )
    ) {
      throw malformed('Policy has invalid resource');
    }
  }
  if (bucket.publicAccessBlock?.BlockPublicPolicy && isPublicPolicy(policy)) {
    throw accessDenied(
      'User is not authorized to perform: s3:PutBucketPolicy because public policies are prevented by the BlockPublicPolicy setting in S3 Block Public Access.',
    );
  }
  return policy;
}

/** Whether a policy allows anything to everybody. */
function isPublicPolicy(policy: string): boolean {
  return statementsOf(policy).some(
    (statement) =>
      statement.Effect === 'Allow' &&
      (statement.NotPrincipal !== undefined || includesEverybody(statement.Principal)) &&
      !isNarrowed(statement.Condition),
  );
}

function statementsOf(policy: string): Statement[] {
  let document: unknown;
  try {
    document = JSON.parse(policy);
  } catch (error) {
    throw new AwsError('MalformedPolicy', "Policies must be valid JSON and the first byte must be '{'", {
      cause: error,
    });
  }
  const statements = (document as { Statement?: unknown } | null)?.Statement;
  if (statements === undefined) throw malformed('Missing required field Statement');
  return [statements].flat() as Statement[];
}

function includesEverybody(principal: unknown): boolean {
  const named =
    typeof principal === 'object' && principal !== null ? (principal as { AWS?: unknown }).AWS : principal;
  return [named].flat().includes('*');
}

function isNarrowed(condition: Statement['Condition']): boolean {
  return Object.entries(condition ?? {}).some(([operator, keys]) => {
    if (/not|null/i.test(operator)) return false;
    return Object.entries(keys).some(
      ([key, values]) => NARROWING_KEYS.includes(key.toLowerCase()) && ![values].flat().includes('*'),
    );
  });
}

function malformed(message: string): AwsError {
  return new AwsError('MalformedPolicy', message);
}
