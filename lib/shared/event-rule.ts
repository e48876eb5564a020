/** A rule whose target is a handler, with a place for what could not be delivered. */
import { Duration } from 'aws-cdk-lib';
import { type EventPattern, type IEventBus, Match, Rule } from 'aws-cdk-lib/aws-events';
import { LambdaFunction } from 'aws-cdk-lib/aws-events-targets';
import type { Construct } from 'constructs';
import { EVENT_SOURCE, type EventName } from '../../lambdas/events/contract.ts';
import { INCOMING_PREFIX, SUCCESS_MARKER } from '../../lambdas/shared/keys.ts';
import type { PlatformContext } from './platform-context.ts';
import type { PlatformFunction } from './platform-function.ts';

export interface EventRuleProps {
  readonly description: string;
  readonly pattern: EventPattern;
  readonly target: PlatformFunction;
  /** @default - the account's default bus, where the events of AWS's services arrive. */
  readonly eventBus?: IEventBus;
}

/** EventBridge retries for six hours and then keeps the event in the stage's queue, which has an alarm. */
export function eventRule(
  scope: Construct,
  name: string,
  context: PlatformContext,
  props: EventRuleProps,
): Rule {
  return new Rule(scope, name, {
    ruleName: context.names.function(name),
    description: props.description,
    eventBus: props.eventBus,
    eventPattern: props.pattern,
    targets: [
      new LambdaFunction(props.target.function, {
        deadLetterQueue: context.undeliveredEvents,
        retryAttempts: 24,
        maxEventAge: Duration.hours(6),
      }),
    ],
  });
}

/** Domain events on the stage's bus. */
export const domainEvents = (...names: EventName[]): EventPattern => ({
  source: [EVENT_SOURCE],
  detailType: names,
});

/** Objects that arrive under a prefix of any project's data bucket. */
export const objectsUnder = (prefix: string, context: PlatformContext): EventPattern => ({
  source: ['aws.s3'],
  detailType: ['Object Created'],
  detail: {
    bucket: { name: Match.wildcard(`driftless-${context.names.stage}-*-data-*`) },
    object: { key: Match.prefix(prefix) },
  },
});

/** Parts of a data bucket in which no upload arrives. */
export const OTHER_PARTS = [
  'captures',
  'code',
  'datasets',
  'indexes',
  'labels',
  'monitors',
  'objects',
  'rejected',
  'runs',
  'settings',
  'splits',
  'tombstones',
  'uploads',
] as const;

/**
 * Objects that complete an upload: `incoming/FILE`, and the marker of a folder there. A pattern cannot ask for a prefix
 * and for the absence of a second "/" in one field, so the other parts of the bucket are named one by one: one that is
 * forgotten here costs calls of a function that ignores them, and the parts of a folder start none.
 * @see https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-create-pattern-operators.html
 */
export const uploadsComplete = (context: PlatformContext): EventPattern => ({
  source: ['aws.s3'],
  detailType: ['Object Created'],
  detail: {
    bucket: { name: Match.wildcard(`driftless-${context.names.stage}-*-data-*`) },
    object: {
      key: Match.anyOf(
        Match.wildcard(`${INCOMING_PREFIX}*/${SUCCESS_MARKER}`),
        Match.anythingButWildcard(`${INCOMING_PREFIX}*/*`, ...OTHER_PARTS.map((part) => `${part}/*`)),
      ),
    },
  },
});
