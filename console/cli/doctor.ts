import { CloudFormationClient, DescribeStacksCommand } from '@aws-sdk/client-cloudformation';
import { GetAccountSettingsCommand, LambdaClient } from '@aws-sdk/client-lambda';
import {
  ListServiceQuotasCommand,
  type ServiceQuota,
  ServiceQuotasClient,
} from '@aws-sdk/client-service-quotas';
import { GetParameterCommand, SSMClient } from '@aws-sdk/client-ssm';
import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import type { Command } from 'commander';
import { XGBOOST_REGISTRY } from '../../lib/config/images.ts';
import { loadConfig } from '../../lib/config/load.ts';
import type { ResolvedConfig } from '../../lib/config/schema.ts';
import { UsageError, useStageDefaults } from '../client/connect.ts';
import { print, table } from './output.ts';
import { optionsOf, subcommand } from './shared.ts';

interface Finding {
  readonly check: string;
  /** `unknown`: could not be looked at; not the same as fine. */
  readonly result: 'ok' | 'wrong' | 'unknown';
  readonly detail: string;
}

/** What the modern bootstrap template has to be at least, for this version of the CDK. */
const BOOTSTRAP_VERSION = 6;
/** Functions of one upload and one run that are busy at once, with room. */
const CONCURRENT_FUNCTIONS = 20;

export function addDoctor(program: Command): void {
  subcommand(program, 'doctor', 'looks at an account before the first deploy').action(
    async (_options, command: Command) => {
      const { stage, json } = optionsOf(command);
      const { config } = await loadConfig();
      const settings = config.stages[stage];
      if (!settings) {
        throw new UsageError(`stage: got "${stage}"; allowed: ${Object.keys(config.stages).join(', ')}`);
      }
      process.env.AWS_REGION = settings.region;
      await useStageDefaults(stage);
      const findings = [
        await attempt('identity', () => identity(settings.account)),
        await attempt('bootstrap', () => bootstrap(settings.region)),
        registry(settings.region),
        await attempt('Lambda concurrency', lambdaConcurrency),
        ...(await sagemakerQuotas(config)),
        await attempt('deployed', () => deployed(stage)),
      ];
      print(findings, json, () =>
        table(
          ['check', 'result', 'detail'],
          findings.map((f) => [f.check, f.result, f.detail]),
        ),
      );
      if (findings.some(({ result }) => result === 'wrong')) process.exitCode = 1;
    },
  );
}

async function attempt(check: string, look: () => Promise<Omit<Finding, 'check'>>): Promise<Finding> {
  try {
    return { check, ...(await look()) };
  } catch (error) {
    const { name, message } = error as Error;
    return { check, result: 'unknown', detail: `could not look: ${name}: ${message}` };
  }
}

async function identity(wanted: string | undefined): Promise<Omit<Finding, 'check'>> {
  const { Account, Arn } = await new STSClient({}).send(new GetCallerIdentityCommand({}));
  if (wanted && wanted !== Account) {
    return { result: 'wrong', detail: `these are credentials of ${Account}; the config names ${wanted}` };
  }
  return { result: 'ok', detail: `${Arn}` };
}

async function bootstrap(region: string): Promise<Omit<Finding, 'check'>> {
  try {
    const { Parameter } = await new SSMClient({}).send(
      new GetParameterCommand({ Name: '/cdk-bootstrap/hnb659fds/version' }),
    );
    const version = Number(Parameter?.Value);
    if (version >= BOOTSTRAP_VERSION) return { result: 'ok', detail: `version ${version}` };
    return {
      result: 'wrong',
      detail: `version ${version}; needs ${BOOTSTRAP_VERSION}: run npx cdk bootstrap`,
    };
  } catch (error) {
    if ((error as Error).name !== 'ParameterNotFound') throw error;
    return {
      result: 'wrong',
      detail: `${region} is not bootstrapped; run: npx cdk bootstrap aws://ACCOUNT/${region}`,
    };
  }
}

function registry(region: string): Finding {
  const account = XGBOOST_REGISTRY[region];
  if (account)
    return { check: 'image registry', result: 'ok', detail: `${account}.dkr.ecr.${region}.amazonaws.com` };
  return { check: 'image registry', result: 'wrong', detail: `no XGBoost image is known for ${region}` };
}

async function lambdaConcurrency(): Promise<Omit<Finding, 'check'>> {
  const { AccountLimit } = await new LambdaClient({}).send(new GetAccountSettingsCommand({}));
  const limit = AccountLimit?.UnreservedConcurrentExecutions ?? 0;
  if (limit >= CONCURRENT_FUNCTIONS) return { result: 'ok', detail: `${limit} unreserved` };
  return { result: 'wrong', detail: `${limit} unreserved; ask for ${CONCURRENT_FUNCTIONS} or more` };
}

/** What the config asks for, as SageMaker's quotas name it. */
function wantedInstances(config: ResolvedConfig): Map<string, number> {
  const wanted = new Map<string, number>();
  const raise = (quota: string, count: number) => wanted.set(quota, Math.max(wanted.get(quota) ?? 0, count));
  const add = (quota: string, count: number) => wanted.set(quota, (wanted.get(quota) ?? 0) + count);
  for (const { trainer, serving } of Object.values(config.projects)) {
    raise(`${trainer.instanceType} for training job usage`, trainer.instanceCount);
    // challenger and champion are scored side by side
    raise(`${trainer.instanceType} for transform job usage`, 2);
    // blue and green stand side by side during a rollout
    add(`${serving.instanceType} for endpoint usage`, serving.instanceCount * 2);
  }
  return wanted;
}

async function sagemakerQuotas(config: ResolvedConfig): Promise<Finding[]> {
  const wanted = wantedInstances(config);
  const quotas = new Map<string, number>();
  try {
    const client = new ServiceQuotasClient({});
    let NextToken: string | undefined;
    do {
      const page = await client.send(
        new ListServiceQuotasCommand({ ServiceCode: 'sagemaker', NextToken, MaxResults: 100 }),
      );
      for (const quota of page.Quotas ?? ([] as ServiceQuota[]))
        quotas.set(quota.QuotaName ?? '', quota.Value ?? 0);
      NextToken = page.NextToken;
    } while (NextToken);
  } catch (error) {
    const { name, message } = error as Error;
    return [{ check: 'SageMaker quotas', result: 'unknown', detail: `could not look: ${name}: ${message}` }];
  }
  return [...wanted].map(([quota, count]) => {
    const value = quotas.get(quota);
    if (value === undefined)
      return { check: quota, result: 'unknown', detail: `no such quota is listed; ${count} are needed` };
    if (value >= count) return { check: quota, result: 'ok', detail: `${value}, ${count} are needed` };
    return {
      check: quota,
      result: 'wrong',
      detail: `${value}, ${count} are needed; ask Service Quotas for more`,
    };
  });
}

async function deployed(stage: string): Promise<Omit<Finding, 'check'>> {
  try {
    const { Stacks } = await new CloudFormationClient({}).send(
      new DescribeStacksCommand({ StackName: `driftless-${stage}-platform` }),
    );
    return { result: 'ok', detail: `${Stacks?.[0]?.StackName}: ${Stacks?.[0]?.StackStatus}` };
  } catch (error) {
    if (!(error as Error).message.includes('does not exist')) throw error;
    return { result: 'ok', detail: 'not yet' };
  }
}
