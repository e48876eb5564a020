/** Tags of state machines. */
import type { TagResourceCommandInput, UntagResourceCommandInput } from '@aws-sdk/client-sfn';
import { AwsError } from '../../core/errors.ts';
import type { Operation } from '../../core/service.ts';
import type { StateMachineRecord } from '../model.ts';
import type { Store } from '../store.ts';

const MOST_TAGS = 50;

/** The table of operations on tags. */
export function tagOperations({ machines }: Store): Readonly<Record<string, Operation>> {
  function require(arn: string | undefined): StateMachineRecord {
    const machine = machines.get(arn ?? '');
    if (!machine) throw new AwsError('ResourceNotFound', `Resource not found: '${arn}'`);
    return machine;
  }

  return {
    TagResource({ resourceArn, tags = [] }: TagResourceCommandInput) {
      const machine = require(resourceArn);
      const added = Object.fromEntries(tags.map(({ key = '', value = '' }) => [key, value]));
      const merged = { ...machine.tags, ...added };
      if (Object.keys(merged).length > MOST_TAGS) {
        throw new AwsError('TooManyTags', `'${resourceArn}' has too many tags: the most is ${MOST_TAGS}`);
      }
      machines.put(machine.arn, { ...machine, tags: merged });
      return {};
    },
    UntagResource({ resourceArn, tagKeys = [] }: UntagResourceCommandInput) {
      const machine = require(resourceArn);
      const kept = Object.entries(machine.tags).filter(([key]) => !tagKeys.includes(key));
      machines.put(machine.arn, { ...machine, tags: Object.fromEntries(kept) });
      return {};
    },
    ListTagsForResource({ resourceArn }: { resourceArn: string }) {
      const entries = Object.entries(require(resourceArn).tags);
      return { tags: entries.map(([key, value]) => ({ key, value })) };
    },
  };
}
