/** Reserved concurrency of functions, and the account's limits. */
import type * as Lambda from '@aws-sdk/client-lambda';
import type { Operation } from '../core/service.ts';
import { functionNotFound, invalidParameter } from './errors.ts';
import { functionArn, parseFunctionName } from './names.ts';
import { type FunctionRecord, LATEST } from './records.ts';
import { type LambdaState, requireFunction } from './state.ts';

/** Concurrent executions of an account in a region, and how many AWS keeps unreserved. */
const ACCOUNT_CONCURRENCY = 1000;
const LEAST_UNRESERVED = 100;

/** Table of the operations on concurrency and limits. */
export function concurrencyOperations(state: LambdaState): Record<string, Operation> {
  function find(functionName: string | undefined): FunctionRecord {
    const { name, qualifier } = parseFunctionName(functionName);
    if (qualifier !== undefined) {
      throw invalidParameter(
        'This operation is permitted on Lambda functions only. Aliases and versions do not support this operation. Please specify either a function name or an unqualified function ARN.',
      );
    }
    return requireFunction(state, name);
  }

  const PutFunctionConcurrency: Operation<Lambda.PutFunctionConcurrencyCommandInput> = (input) => {
    const { name } = parseFunctionName(input.FunctionName);
    if (!state.functions.has(name)) throw functionNotFound(functionArn(state.cloud, name, LATEST));
    const record = find(input.FunctionName);
    const wanted = input.ReservedConcurrentExecutions ?? 0;
    const others = state.functions
      .values()
      .reduce((sum, each) => sum + (each.name === record.name ? 0 : (each.reservedConcurrency ?? 0)), 0);
    if (others + wanted > ACCOUNT_CONCURRENCY - LEAST_UNRESERVED) {
      throw invalidParameter(
        `Specified ReservedConcurrentExecutions for function decreases account's UnreservedConcurrentExecution below its minimum value of [${LEAST_UNRESERVED}].`,
      );
    }
    state.functions.put(record.name, { ...record, reservedConcurrency: wanted });
    return { ReservedConcurrentExecutions: wanted };
  };

  const GetFunctionConcurrency: Operation<Lambda.GetFunctionConcurrencyCommandInput> = (input) => {
    const record = find(input.FunctionName);
    return record.reservedConcurrency === undefined
      ? {}
      : { ReservedConcurrentExecutions: record.reservedConcurrency };
  };

  const DeleteFunctionConcurrency: Operation<Lambda.DeleteFunctionConcurrencyCommandInput> = (input) => {
    const { reservedConcurrency: _removed, ...rest } = find(input.FunctionName);
    state.functions.put(rest.name, rest);
    return {};
  };

  const GetAccountSettings: Operation<Lambda.GetAccountSettingsCommandInput> = () => {
    const records = state.functions.values();
    const reserved = records.reduce((sum, record) => sum + (record.reservedConcurrency ?? 0), 0);
    return {
      AccountLimit: {
        TotalCodeSize: 80_530_636_800,
        CodeSizeUnzipped: 262_144_000,
        CodeSizeZipped: 52_428_800,
        ConcurrentExecutions: ACCOUNT_CONCURRENCY,
        UnreservedConcurrentExecutions: ACCOUNT_CONCURRENCY - reserved,
      },
      AccountUsage: {
        TotalCodeSize: records.reduce((sum, record) => sum + record.latest.codeBytes, 0),
        FunctionCount: records.length,
      },
    };
  };

  return { PutFunctionConcurrency, GetFunctionConcurrency, DeleteFunctionConcurrency, GetAccountSettings };
}
