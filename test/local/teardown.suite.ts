import { CloudFormationClient, DescribeStacksCommand } from '@aws-sdk/client-cloudformation';
import { DescribeAlarmsCommand } from '@aws-sdk/client-cloudwatch';
import { DynamoDBClient, ListTablesCommand } from '@aws-sdk/client-dynamodb';
import { LambdaClient, ListFunctionsCommand } from '@aws-sdk/client-lambda';
import { ListBucketsCommand } from '@aws-sdk/client-s3';
import {
  ListEndpointConfigsCommand,
  ListEndpointsCommand,
  ListModelPackageGroupsCommand,
  ListModelPackagesCommand,
  ListModelsCommand,
} from '@aws-sdk/client-sagemaker';
import { ListStateMachinesCommand } from '@aws-sdk/client-sfn';
import { describe, expect, it } from 'vitest';
import type { LocalStage } from '../helpers/local-stage.ts';

/** `cdk destroy`. Leaves nothing but the CDK's own bootstrap stack. */
export function describeTeardown(stageOf: () => LocalStage): void {
  describe('cdk destroy', () => {
    it('removes everything, with what was made at run time', { timeout: 180_000 }, async () => {
      const stage = stageOf();
      const { sagemaker, s3, stepFunctions, cloudWatch } = stage.connection;
      await stage.destroy();

      const { Endpoints } = await sagemaker.send(new ListEndpointsCommand({}));
      const { EndpointConfigs } = await sagemaker.send(new ListEndpointConfigsCommand({}));
      const { Models } = await sagemaker.send(new ListModelsCommand({}));
      const { ModelPackageGroupSummaryList } = await sagemaker.send(new ListModelPackageGroupsCommand({}));
      const { ModelPackageSummaryList } = await sagemaker.send(
        new ListModelPackagesCommand({ ModelPackageType: 'Both' }),
      );
      const { stateMachines } = await stepFunctions.send(new ListStateMachinesCommand({}));
      const { MetricAlarms } = await cloudWatch.send(new DescribeAlarmsCommand({}));
      const { TableNames } = await new DynamoDBClient({}).send(new ListTablesCommand({}));
      const { Functions } = await new LambdaClient({}).send(new ListFunctionsCommand({}));
      const { Buckets } = await s3.send(new ListBucketsCommand({}));
      const { Stacks } = await new CloudFormationClient({}).send(new DescribeStacksCommand({}));
      expect({
        Endpoints,
        EndpointConfigs,
        Models,
        ModelPackageGroupSummaryList,
        ModelPackageSummaryList,
        stateMachines,
        MetricAlarms,
        TableNames,
        Functions,
        buckets: Buckets?.map(({ Name }) => Name),
        stacks: Stacks?.map(({ StackName }) => StackName),
      }).toEqual({
        Endpoints: [],
        EndpointConfigs: [],
        Models: [],
        ModelPackageGroupSummaryList: [],
        ModelPackageSummaryList: [],
        stateMachines: [],
        MetricAlarms: [],
        TableNames: [],
        Functions: [],
        buckets: ['cdk-hnb659fds-assets-000000000000-us-east-1'],
        stacks: ['CDKToolkit'],
      });
    });
  });
}
