/** Figures of CloudFormation and of the clock. */

import { setTimeout as sleep } from 'node:timers/promises';
import {
  CloudFormationClient,
  CreateChangeSetCommand,
  DescribeChangeSetCommand,
  DescribeStacksCommand,
  ExecuteChangeSetCommand,
} from '@aws-sdk/client-cloudformation';
import { CreateScheduleCommand, SchedulerClient } from '@aws-sdk/client-scheduler';
import type { MeasuredCloud } from './clouds.ts';
import { makeFunction, makeRole } from './function-rows.ts';
import { milliseconds } from './measure.ts';
import { clientOf, type Row } from './row.ts';

const LOOK_MS = 5;
const HOURS_OF_A_MONTH = 720;

const attribute = (id: string, name: string) => ({ 'Fn::GetAtt': [id, name] });

/** What CDK applications of this kind hold: 53 resources that refer to each other. */
function template(): object {
  const resources: Record<string, object> = {};
  const add = (id: string, Type: string, Properties: object = {}) => {
    resources[id] = { Type, Properties };
  };
  const trust = (Service: string) => ({
    Version: '2012-10-17',
    Statement: [{ Effect: 'Allow', Principal: { Service }, Action: 'sts:AssumeRole' }],
  });
  const policy = (Action: string, Resource: unknown) => ({
    Version: '2012-10-17',
    Statement: [{ Effect: 'Allow', Action, Resource }],
  });
  add('Role', 'AWS::IAM::Role', { AssumeRolePolicyDocument: trust('lambda.amazonaws.com') });
  add('StatesRole', 'AWS::IAM::Role', { AssumeRolePolicyDocument: trust('states.amazonaws.com') });
  add('Topic', 'AWS::SNS::Topic');
  add('Table', 'AWS::DynamoDB::Table', {
    AttributeDefinitions: [{ AttributeName: 'pk', AttributeType: 'S' }],
    KeySchema: [{ AttributeName: 'pk', KeyType: 'HASH' }],
    BillingMode: 'PAY_PER_REQUEST',
  });
  add('Machine', 'AWS::StepFunctions::StateMachine', {
    RoleArn: attribute('StatesRole', 'Arn'),
    DefinitionString: JSON.stringify({ StartAt: 'End', States: { End: { Type: 'Succeed' } } }),
  });
  for (let each = 0; each < 8; each += 1) {
    add(`Bucket${each}`, 'AWS::S3::Bucket', {
      NotificationConfiguration: { EventBridgeConfiguration: { EventBridgeEnabled: true } },
    });
    add(`Queue${each}`, 'AWS::SQS::Queue', { VisibilityTimeout: 60 });
    add(`Group${each}`, 'AWS::Logs::LogGroup', { RetentionInDays: 30 });
    add(`Function${each}`, 'AWS::Lambda::Function', {
      Runtime: 'nodejs20.x',
      Handler: 'index.handler',
      Role: attribute('Role', 'Arn'),
      Code: { ZipFile: 'exports.handler = async () => 1;' },
      Environment: { Variables: { BUCKET: { Ref: `Bucket${each}` }, QUEUE: { Ref: `Queue${each}` } } },
    });
    add(`Rule${each}`, 'AWS::Events::Rule', {
      EventPattern: { source: ['aws.s3'], detail: { bucket: { name: [{ Ref: `Bucket${each}` }] } } },
      Targets: [{ Id: '1', Arn: attribute(`Function${each}`, 'Arn') }],
    });
    add(`Permission${each}`, 'AWS::Lambda::Permission', {
      Action: 'lambda:InvokeFunction',
      FunctionName: { Ref: `Function${each}` },
      Principal: 'events.amazonaws.com',
      SourceArn: attribute(`Rule${each}`, 'Arn'),
    });
  }
  resources.Permission0 = {
    Type: 'AWS::IAM::Policy',
    Properties: {
      PolicyName: 'reads',
      PolicyDocument: policy('s3:GetObject', { 'Fn::Join': ['', [attribute('Bucket0', 'Arn'), '/*']] }),
      Roles: [{ Ref: 'Role' }],
    },
  };
  return { Resources: resources };
}

async function deploy(cloud: MeasuredCloud): Promise<number> {
  const cloudformation = new CloudFormationClient(clientOf(cloud));
  const names = { StackName: 'bench', ChangeSetName: 'first' };
  const took = await milliseconds(async () => {
    await cloudformation.send(
      new CreateChangeSetCommand({
        ...names,
        ChangeSetType: 'CREATE',
        Capabilities: ['CAPABILITY_IAM'],
        TemplateBody: JSON.stringify(template()),
      }),
    );
    for (;;) {
      const { Status } = await cloudformation.send(new DescribeChangeSetCommand(names));
      if (Status === 'CREATE_COMPLETE') break;
      await sleep(LOOK_MS);
    }
    await cloudformation.send(new ExecuteChangeSetCommand(names));
    for (;;) {
      const { Stacks } = await cloudformation.send(new DescribeStacksCommand({ StackName: 'bench' }));
      const status = Stacks?.[0]?.StackStatus;
      if (status === 'CREATE_COMPLETE') break;
      if (!status?.endsWith('_IN_PROGRESS')) throw new Error(`the stack ended as ${status}`);
      await sleep(LOOK_MS);
    }
  });
  return took / 1000;
}

/** An hourly schedule that calls a function which does nothing, and a clock that is moved by 30 days. */
async function month(cloud: MeasuredCloud): Promise<number> {
  await makeFunction(cloud, 'hourly', 'exports.handler = async () => {};');
  const RoleArn = await makeRole(cloud, 'hourly-schedule', 'scheduler.amazonaws.com');
  await new SchedulerClient(clientOf(cloud)).send(
    new CreateScheduleCommand({
      Name: 'hourly',
      ScheduleExpression: 'rate(1 hour)',
      FlexibleTimeWindow: { Mode: 'OFF' },
      Target: { Arn: 'arn:aws:lambda:us-east-1:000000000000:function:hourly', RoleArn },
    }),
  );
  const took = await milliseconds(async () => {
    const response = await fetch(`${cloud.endpoint}/_cloud/clock`, {
      method: 'POST',
      body: JSON.stringify({ advanceSeconds: HOURS_OF_A_MONTH * 3600 }),
    });
    if (!response.ok) throw new Error(await response.text());
  });
  return took / 1000;
}

export const DEPLOYMENT_ROWS: readonly Row[] = [
  { name: 'deployment of 53 resources, after synthesis', unit: 's', budget: 2, measure: deploy },
  {
    name: 'a month of hourly schedules with an idle function, stepped through',
    unit: 's',
    budget: 20,
    isOurs: true,
    measure: month,
  },
];
