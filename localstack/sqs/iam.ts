/** Permissions of SQS's operations. @see https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonsqs.html */
import type { Cloud } from '../core/cloud.ts';
import type { AccessRequest } from '../core/service.ts';
import { type Queues, queueArn, queueNameOf } from './queues.ts';

interface QueueInput {
  readonly QueueUrl?: string;
  readonly QueueName?: string;
  readonly SourceArn?: string;
  readonly DestinationArn?: string;
  readonly tags?: object;
}

/** Batches have no actions of their own. */
const ACTION_OF: Readonly<Record<string, string>> = {
  SendMessageBatch: 'SendMessage',
  DeleteMessageBatch: 'DeleteMessage',
  ChangeMessageVisibilityBatch: 'ChangeMessageVisibility',
};

export function sqsAccess(cloud: Cloud, queues: Queues) {
  function request(action: string, name: string): AccessRequest {
    const policy = queues.get(name)?.attributes.Policy;
    return {
      action: `sqs:${action}`,
      resource: queueArn(cloud, name),
      ...(policy && { resourcePolicy: policy }),
    };
  }

  return (operation: string, input: QueueInput): readonly AccessRequest[] => {
    const action = ACTION_OF[operation] ?? operation;
    // SQS asks for the account as a queue without a name
    if (operation === 'ListQueues') return [{ action: 'sqs:ListQueues', resource: queueArn(cloud, '') }];
    if (operation === 'StartMessageMoveTask') return moveTask(input, request);
    if (operation === 'ListMessageMoveTasks') return [request(action, nameInArn(input.SourceArn))];
    const name = queueNameOf(input.QueueUrl ?? input.QueueName);
    const hasTags = operation === 'CreateQueue' && Object.keys(input.tags ?? {}).length > 0;
    return hasTags ? [request(action, name), request('TagQueue', name)] : [request(action, name)];
  };
}

function moveTask(
  { SourceArn, DestinationArn }: QueueInput,
  request: (action: string, name: string) => AccessRequest,
): AccessRequest[] {
  const source = nameInArn(SourceArn);
  const onSource = ['StartMessageMoveTask', 'ReceiveMessage', 'DeleteMessage', 'GetQueueAttributes'];
  return [
    ...onSource.map((action) => request(action, source)),
    ...(DestinationArn === undefined ? [] : [request('SendMessage', nameInArn(DestinationArn))]),
  ];
}

function nameInArn(arn: string | undefined): string {
  return (arn ?? '').split(':').at(-1) ?? '';
}
