/** What of its own may ask for a run of a project: its schedule, and events that its settings name. */
import * as events from 'aws-cdk-lib/aws-events';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import type { Construct } from 'constructs';
import type { Names } from '../../lambdas/shared/names.ts';
import type { ProjectConfig } from '../config/schema.ts';
import { projectSchedule } from '../shared/project-schedule.ts';

export interface ProjectTriggersProps {
  readonly project: string;
  readonly names: Names;
  readonly config: Pick<ProjectConfig, 'retraining'>;
}

const HANDLER = 'decide-retraining';

export function projectTriggers(scope: Construct, { project, names, config }: ProjectTriggersProps): void {
  const { schedule, onEvents = [] } = config.retraining;
  if (schedule !== undefined) {
    projectSchedule(scope, 'Retraining', names, {
      name: names.retrainingSchedule(project),
      description: `Asks for a run of ${project}`,
      scheduleExpression: schedule,
      handler: HANDLER,
      // Scheduler puts the time in: a retry is the same request, the next time another.
      input: { project, scheduledAt: '<aws.scheduler.scheduled-time>' },
    });
  }
  for (const [index, trigger] of onEvents.entries()) eventTrigger(scope, { project, names, index, trigger });
}

/**
 * A rule of the project's own on the account's default bus. It has no queue for what cannot be delivered: EventBridge
 * tries for a day, and the queue of the stage takes only what rules of its own stack send.
 */
function eventTrigger(
  scope: Construct,
  options: {
    readonly project: string;
    readonly names: Names;
    readonly index: number;
    readonly trigger: NonNullable<ProjectConfig['retraining']['onEvents']>[number];
  },
): void {
  const { project, names, index, trigger } = options;
  const { source, detailType, detail } = trigger;
  const functionArn = names.arn('lambda', `function:${names.function(HANDLER)}`);
  const rule = new events.CfnRule(scope, `Trigger${index}`, {
    name: names.retrainingTrigger(project, index),
    description: `Asks for a run of ${project}`,
    eventPattern: { source: [source], 'detail-type': [detailType], ...(detail && { detail }) },
    targets: [
      {
        id: HANDLER,
        arn: functionArn,
        inputTransformer: {
          inputPathsMap: { id: '$.id', source: '$.source', type: '$.detail-type', time: '$.time' },
          inputTemplate: `{"project":"${project}","event":{"id":<id>,"source":<source>,"detailType":<type>,"time":<time>}}`,
        },
      },
    ],
  });
  new lambda.CfnPermission(scope, `Trigger${index}Permission`, {
    action: 'lambda:InvokeFunction',
    functionName: functionArn,
    principal: 'events.amazonaws.com',
    sourceArn: rule.attrArn,
  });
}
