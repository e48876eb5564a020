/** Runs state machines in tests, on the fake cloud. */
import type {
  CreateStateMachineCommandInput,
  DescribeExecutionOutput,
  HistoryEvent,
  StartExecutionOutput,
} from '@aws-sdk/client-sfn';
import type { Operation, Service } from '../core/service.ts';
import { type FakeCloud, fakeCloud } from '../testing/fake-cloud.ts';
import { createStepFunctionsService } from './index.ts';

export const ROLE_ARN = 'arn:aws:iam::000000000000:role/workflow';

export interface Bench {
  readonly cloud: FakeCloud;
  readonly service: Service;
  /** Calls an operation of Step Functions. */
  call<Output = Record<string, never>>(operation: string, input: object): Promise<Output>;
  /** Creates a state machine; JSONata unless the definition says otherwise. @returns its ARN */
  create(definition: object, more?: Partial<CreateStateMachineCommandInput>): Promise<string>;
  start(stateMachineArn: string, input?: unknown, name?: string): Promise<string>;
  describe(executionArn: string): Promise<DescribeExecutionOutput>;
  history(executionArn: string): Promise<HistoryEvent[]>;
  /** Creates, starts, and steps the clock until the execution has ended or `seconds` have passed. */
  run(definition: object, input?: unknown, seconds?: number): Promise<RunResult>;
}

export interface RunResult extends DescribeExecutionOutput {
  /** `output`, parsed. */
  readonly result: unknown;
  readonly events: HistoryEvent[];
}

/** A bench with an empty Step Functions. @param answers of other services, by `service.Operation` */
export function createBench(answers: Readonly<Record<string, Operation>> = {}): Bench {
  const cloud = fakeCloud();
  cloud.respond('monitoring', 'PutMetricData', () => ({}));
  for (const [name, answer] of Object.entries(answers)) {
    const [service = '', operation = ''] = name.split('.');
    cloud.respond(service, operation, answer);
  }
  return benchOn(cloud);
}

/** A bench with a further Step Functions on the same cloud's state, as after a restart. */
export function benchOn(cloud: FakeCloud): Bench {
  const service = createStepFunctionsService(cloud);
  cloud.register(service);
  let machines = 0;

  const bench: Bench = {
    cloud,
    service,
    call: (operation, input) => cloud.call('states', operation, input, cloud.root),
    async create(definition, more = {}) {
      machines += 1;
      const { stateMachineArn } = await bench.call<{ stateMachineArn: string }>('CreateStateMachine', {
        name: `machine-${machines}`,
        roleArn: ROLE_ARN,
        definition: JSON.stringify({ QueryLanguage: 'JSONata', ...definition }),
        ...more,
      });
      return stateMachineArn;
    },
    async start(stateMachineArn, input = {}, name) {
      const { executionArn } = await bench.call<StartExecutionOutput>('StartExecution', {
        stateMachineArn,
        input: JSON.stringify(input),
        ...(name ? { name } : {}),
      });
      return String(executionArn);
    },
    describe: (executionArn) => bench.call('DescribeExecution', { executionArn }),
    async history(executionArn) {
      const { events } = await bench.call<{ events: HistoryEvent[] }>('GetExecutionHistory', {
        executionArn,
        maxResults: 1_000,
      });
      return events;
    },
    async run(definition, input = {}, seconds = 3_600) {
      const executionArn = await bench.start(await bench.create(definition), input);
      await cloud.clock.advanceTo(cloud.clock.now() + seconds * 1_000);
      const description = await bench.describe(executionArn);
      return {
        ...description,
        result: description.output === undefined ? undefined : JSON.parse(description.output),
        events: await bench.history(executionArn),
      };
    },
  };
  return bench;
}

/** A definition of one state that ends. */
export function only(state: object): object {
  return { StartAt: 'Only', States: { Only: { End: true, ...state } } };
}

/** What Lambda answers to Invoke. */
export function functionAnswer(payload: unknown, functionError?: string): object {
  return {
    StatusCode: 200,
    ExecutedVersion: '$LATEST',
    Payload: Buffer.from(JSON.stringify(payload)),
    ...(functionError ? { FunctionError: functionError } : {}),
  };
}

/** A Task state that invokes the function `work`. */
export function invokeWork(more: object = {}): object {
  return {
    Type: 'Task',
    Resource: 'arn:aws:states:::lambda:invoke',
    Arguments: { FunctionName: 'work', Payload: '{% $states.input %}' },
    Output: '{% $states.result.Payload %}',
    ...more,
  };
}
