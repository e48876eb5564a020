/** Recordings of what AWS answered: made by a check, kept without what differs from account to account, compared later. */
export interface RecordedCall {
  /** The SDK's client and command, for example `S3Client.PutObjectCommand`. */
  readonly call: string;
  /** What came back; absent when it was refused. */
  readonly answer?: unknown;
  readonly refusal?: {
    readonly name: string;
    readonly message: string;
    readonly status?: number | undefined;
  };
}

export interface Recording {
  readonly assumption: string;
  /** Day of the recording, as ISO date. */
  readonly recordedOn: string;
  readonly calls: readonly RecordedCall[];
}

/** What one account's answers are freed of. */
export interface OwnNames {
  readonly accountId: string;
  readonly region: string;
  readonly prefix: string;
}

interface MiddlewareStack {
  add(middleware: unknown, options: { readonly step: 'initialize'; readonly name: string }): void;
}

/** Any SDK v3 client. */
export interface Recordable {
  readonly middlewareStack: object;
}

interface SdkError extends Error {
  readonly $metadata?: { readonly httpStatusCode?: number };
}

type Next = (args: { readonly input: object }) => Promise<{ readonly output: object }>;

/** Has each call of the client written to `calls`. */
export function recordCalls<Client extends Recordable>(client: Client, calls: RecordedCall[]): Client {
  (client.middlewareStack as MiddlewareStack).add(
    (next: Next, context: { readonly clientName: string; readonly commandName: string }) =>
      async (args: { readonly input: object }) => {
        const call = `${context.clientName}.${context.commandName}`;
        try {
          const result = await next(args);
          const { $metadata: _, ...answer } = result.output as { $metadata?: unknown };
          calls.push({ call, answer });
          return result;
        } catch (error) {
          const { name, message, $metadata } = error as SdkError;
          calls.push({ call, refusal: { name, message, status: $metadata?.httpStatusCode } });
          throw error;
        }
      },
    { step: 'initialize', name: 'recordCalls' },
  );
  return client;
}

/** Members whose values differ from call to call and say nothing. */
const OWN_VALUES =
  /(Token|RequestId|MessageId|EventId|EventID|SecretAccessKey|AccessKeyId|ReceiptHandle|Checksum|ETag|VersionId|Sequencer)$/i;

/** The calls as they are kept: dates, secrets, ids and this account's own names replaced, repeated looks once. */
export function normalise(calls: readonly RecordedCall[], own: OwnNames): RecordedCall[] {
  const texts: readonly (readonly [string, string])[] = [
    [own.prefix, 'driftless-verify-00000000'],
    [own.accountId, '000000000000'],
    [own.region, 'us-east-1'],
  ];
  const text = (value: string): string =>
    texts
      .reduce((clean, [from, to]) => clean.replaceAll(from, to), value)
      .replace(/[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/g, '<id>')
      .replace(/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:?\d\d)/g, '<time>');
  const clean = (value: unknown, name = ''): unknown => {
    if (value instanceof Date) return '<time>';
    if (typeof value === 'string') return OWN_VALUES.test(name) ? '<own>' : text(value);
    if (Array.isArray(value)) return value.map((each) => clean(each, name));
    if (typeof value !== 'object' || value === null) return value;
    // a body is a stream with methods; what it holds is for the check to look at
    if (value.constructor !== Object) return '<bytes>';
    const members = Object.entries(value).filter(([, each]) => each !== undefined);
    return Object.fromEntries(members.map(([each, member]) => [each, clean(member, each)]));
  };
  const cleaned = calls.map((call) => clean(call) as RecordedCall);
  return cleaned.filter((call, index) => index === 0 || !isSame(call, cleaned[index - 1]!));
}

const isSame = (one: RecordedCall, other: RecordedCall): boolean =>
  JSON.stringify(one) === JSON.stringify(other);

/**
 * Differences between AWS's recording and what another cloud answers to the same check: another order of calls, members
 * that one of them lacks, refusals that are not the same to the letter. Values of members are the check's own business.
 * @returns a line for each; none when they agree
 */
export function differences(aws: readonly RecordedCall[], other: readonly RecordedCall[]): string[] {
  const [recorded, played] = [aws, other].map((calls) => [...new Set(calls.map(signature))]);
  const missing = recorded!.filter((line) => !played!.includes(line)).map((line) => `only AWS: ${line}`);
  const added = played!.filter((line) => !recorded!.includes(line)).map((line) => `never by AWS: ${line}`);
  return [...missing, ...added];
}

/** A call as one line: its refusal, or the paths of the members of its answer. */
function signature({ call, answer, refusal }: RecordedCall): string {
  if (refusal) return `${call} refused: ${refusal.status} ${refusal.name}: ${refusal.message}`;
  return `${call} answered: ${[...new Set(paths(answer))].sort().join(' ') || 'nothing'}`;
}

function paths(value: unknown, path = ''): string[] {
  if (Array.isArray(value)) return value.flatMap((each) => paths(each, `${path}[]`));
  if (typeof value !== 'object' || value === null) return path ? [path] : [];
  return Object.entries(value).flatMap(([name, each]) => paths(each, path ? `${path}.${name}` : name));
}
