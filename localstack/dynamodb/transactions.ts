/** TransactWriteItems and TransactGetItems. */
import { createHash } from 'node:crypto';
import type {
  CancellationReason,
  TransactGetItemsCommandInput,
  TransactGetItemsCommandOutput,
  TransactWriteItem,
  TransactWriteItemsCommandInput,
  TransactWriteItemsCommandOutput,
} from '@aws-sdk/client-dynamodb';
import type { Clock } from '../core/clock.ts';
import { AwsError, NotImplementedByLocalCloud } from '../core/errors.ts';
import { decodeItem, type WireItem } from './attribute-values.ts';
import type { CheckedRequest, Engine, ItemWriter } from './engine.ts';
import { tableNameOf } from './iam.ts';

const MAX_ITEMS = 100;
/** How long a repeated request with the same token is known for one. */
const TOKEN_MS = 10 * 60_000;
const TOKEN_PREFIX = 'token~';

type Answer<T> = Omit<T, '$metadata'>;
/** The members of an entry that name its table. */
type Named = { readonly TableName?: string | undefined; readonly [member: string]: unknown };

interface Entry {
  readonly operation: 'ConditionCheck' | 'PutItem' | 'DeleteItem' | 'UpdateItem';
  readonly member: Named;
}

interface Token {
  readonly digest: string;
  readonly atMs: number;
}

/** The two operations, and what they remember. */
export interface Transactions {
  write(input: TransactWriteItemsCommandInput): Promise<Answer<TransactWriteItemsCommandOutput>>;
  get(input: TransactGetItemsCommandInput): Promise<Answer<TransactGetItemsCommandOutput>>;
  /** Reads the tokens that an earlier process left. */
  load(): Promise<void>;
}

/**
 * Transactions in one process: decided without a pause, so that none ever conflicts with another, and written in one
 * batch, so that all of it or nothing is durable.
 */
export function createTransactions(engine: Engine, clock: Clock): Transactions {
  const tokens = new Map<string, Token>();

  function forgetTokens(writer: ItemWriter): void {
    for (const [token, { atMs }] of tokens) {
      if (clock.now() - atMs < TOKEN_MS) break;
      tokens.delete(token);
      writer.delete(TOKEN_PREFIX + token);
    }
  }

  return {
    async write(input) {
      const { ClientRequestToken: token, ...request } = input;
      if (request.ReturnItemCollectionMetrics === 'SIZE') {
        throw new NotImplementedByLocalCloud('dynamodb TransactWriteItems ReturnItemCollectionMetrics');
      }
      if (request.ReturnConsumedCapacity !== undefined && request.ReturnConsumedCapacity !== 'NONE') {
        throw new NotImplementedByLocalCloud('dynamodb TransactWriteItems ReturnConsumedCapacity');
      }
      const entries = entriesOf(request.TransactItems);
      const checked = entries.map((entry) => checkEntry(engine, entry));
      const digest = createHash('sha256').update(JSON.stringify(checked)).digest('hex');
      await engine.write((writer) => {
        forgetTokens(writer);
        const known = token === undefined ? undefined : tokens.get(token);
        if (known && known.digest !== digest) throw otherParameters();
        if (known) return;
        decide(writer, checked);
        if (token === undefined) return;
        tokens.set(token, { digest, atMs: clock.now() });
        writer.put(TOKEN_PREFIX + token, tokens.get(token));
      });
      return {};
    },
    async get(input) {
      if (input.ReturnConsumedCapacity !== undefined && input.ReturnConsumedCapacity !== 'NONE') {
        throw new NotImplementedByLocalCloud('dynamodb TransactGetItems ReturnConsumedCapacity');
      }
      const gets = input.TransactItems ?? [];
      checkLength(gets);
      const checked = gets.map(({ Get }) => {
        if (!Get) throw invalid("The TransactItems parameter must contain a 'Get'");
        return engine.check('GetItem', { ...Get, TableName: tableNameOf(Get.TableName ?? '') });
      });
      const items = await engine.write((writer) =>
        attempt(checked, (request) => writer.run(request).Item as WireItem | undefined),
      );
      return { Responses: items.map((item) => (item ? { Item: decodeItem(item) } : {})) };
    },
    async load() {
      for await (const [key, token] of engine.entries(TOKEN_PREFIX)) {
        tokens.set(key.slice(TOKEN_PREFIX.length), token as Token);
      }
    },
  };
}

function entriesOf(items: readonly TransactWriteItem[] | undefined): Entry[] {
  checkLength(items ?? []);
  return (items ?? []).map((item) => {
    const { ConditionCheck, Put, Delete, Update } = item;
    const named: Entry[] = [
      ...(ConditionCheck ? [{ operation: 'ConditionCheck' as const, member: { ...ConditionCheck } }] : []),
      ...(Put ? [{ operation: 'PutItem' as const, member: { ...Put } }] : []),
      ...(Delete ? [{ operation: 'DeleteItem' as const, member: { ...Delete } }] : []),
      ...(Update ? [{ operation: 'UpdateItem' as const, member: { ...Update } }] : []),
    ];
    if (named.length === 0) {
      throw invalid('Invalid Request: TransactWriteRequest should contain Delete or Put or Update request');
    }
    if (named.length > 1) {
      throw invalid('TransactItems can only contain one of Check, Put, Update or Delete');
    }
    return named[0]!;
  });
}

/** A check of a condition has the members of a deletion, and so passes as one until it is run. */
function checkEntry(engine: Engine, { operation, member }: Entry): CheckedRequest {
  const named = { ...member, TableName: tableNameOf(member.TableName ?? '') };
  if (operation !== 'ConditionCheck') return engine.check(operation, named);
  return { ...engine.check('DeleteItem', named), operation };
}

/** @throws AwsError TransactionCanceledException with a reason for each entry, ValidationException */
function decide(writer: ItemWriter, requests: readonly CheckedRequest[]): void {
  const seen = new Set<string>();
  attempt(requests, (request) => {
    const identity = writer.identity(request);
    if (seen.has(identity)) {
      throw new DuplicateItem();
    }
    seen.add(identity);
  });
  attempt(requests, (request) => {
    if (request.operation === 'ConditionCheck') writer.check(request);
    else writer.run(request);
  });
}

class DuplicateItem extends Error {}

/** Runs all, then throws if any was refused. @throws AwsError */
function attempt<T>(requests: readonly CheckedRequest[], run: (request: CheckedRequest) => T): T[] {
  const results: T[] = [];
  const reasons = requests.map((request): CancellationReason => {
    try {
      results.push(run(request));
      return { Code: 'None' };
    } catch (error) {
      if (error instanceof DuplicateItem) {
        throw invalid('Transaction request cannot include multiple operations on one item');
      }
      return reasonOf(error);
    }
  });
  if (reasons.every(({ Code }) => Code === 'None')) return results;
  const codes = reasons.map(({ Code }) => Code).join(', ');
  throw new AwsError(
    'TransactionCanceledException',
    `Transaction cancelled, please refer cancellation reasons for specific reasons [${codes}]`,
    { fields: { CancellationReasons: reasons } },
  );
}

function reasonOf(error: unknown): CancellationReason {
  if (!(error instanceof AwsError) || error.code === 'ResourceNotFoundException') throw error;
  const { Item } = error.fields as { Item?: CancellationReason['Item'] };
  const code =
    error.code === 'ConditionalCheckFailedException' ? 'ConditionalCheckFailed' : 'ValidationError';
  return { Code: code, Message: error.message, ...(Item ? { Item } : {}) };
}

function checkLength(items: readonly unknown[]): void {
  if (items.length > MAX_ITEMS) {
    throw invalid(
      `1 validation error detected: Value at 'transactItems' failed to satisfy constraint: Member must have length less than or equal to ${MAX_ITEMS}`,
    );
  }
  if (items.length === 0) {
    throw invalid(
      "1 validation error detected: Value '[]' at 'transactItems' failed to satisfy constraint: Member must have length greater than or equal to 1",
    );
  }
}

function otherParameters(): AwsError {
  return new AwsError(
    'IdempotentParameterMismatchException',
    'The request uses the same client token as a previous, but non-identical request.',
  );
}

function invalid(message: string): AwsError {
  return new AwsError('ValidationException', message);
}
