/** Dashboards: kept and given back, never drawn. */
import type {
  DeleteDashboardsCommandInput,
  GetDashboardCommandInput,
  ListDashboardsCommandInput,
  PutDashboardCommandInput,
} from '@aws-sdk/client-cloudwatch';
import type { Cloud } from '../core/cloud.ts';
import type { Collection } from '../core/collection.ts';
import { AwsError } from '../core/errors.ts';
import { refuseMembers } from '../core/refuse-members.ts';
import { checkDashboardBody } from './dashboard-body.ts';
import { pageOfList } from './metric-pages.ts';

interface DashboardRecord {
  readonly name: string;
  readonly body: string;
  readonly modifiedAtEpochMs: number;
}

export function dashboardOperations(cloud: Cloud) {
  const dashboards: Collection<DashboardRecord> = cloud.collection('monitoring', 'dashboards');
  const arnOf = (name: string) => `arn:aws:cloudwatch::${cloud.account}:dashboard/${name}`;

  return {
    PutDashboard(input: PutDashboardCommandInput) {
      refuseMembers('monitoring PutDashboard', input, ['Tags']);
      const { DashboardName: name = '', DashboardBody: body = '' } = input;
      if (!/^[A-Za-z0-9_-]{1,255}$/.test(name)) {
        throw new AwsError(
          'InvalidParameterValue',
          `The value for field DashboardName contains invalid characters. It can only contain alphanumerics, dash (-) and underscore (_).\n`,
        );
      }
      checkDashboardBody(body);
      dashboards.put(name, { name, body, modifiedAtEpochMs: cloud.clock.now() });
      return { DashboardValidationMessages: [] };
    },
    GetDashboard({ DashboardName: name = '' }: GetDashboardCommandInput) {
      const { body } = requireDashboard(name);
      return { DashboardName: name, DashboardArn: arnOf(name), DashboardBody: body };
    },
    ListDashboards({ DashboardNamePrefix = '', NextToken }: ListDashboardsCommandInput) {
      const found = dashboards
        .values()
        .filter(({ name }) => name.startsWith(DashboardNamePrefix))
        .sort((a, b) => (a.name < b.name ? -1 : 1));
      const { items, nextToken } = pageOfList(found, NextToken, 1000);
      return {
        NextToken: nextToken,
        DashboardEntries: items.map(({ name, body, modifiedAtEpochMs }) => ({
          DashboardName: name,
          DashboardArn: arnOf(name),
          LastModified: new Date(modifiedAtEpochMs),
          Size: Buffer.byteLength(body),
        })),
      };
    },
    DeleteDashboards({ DashboardNames = [] }: DeleteDashboardsCommandInput) {
      // all or none
      const unknown = DashboardNames.filter((name) => !dashboards.has(name));
      if (unknown.length > 0) {
        throw notFound(`The specified dashboard does not exist. [${unknown.join(', ')}]`);
      }
      for (const name of DashboardNames) dashboards.delete(name);
      return {};
    },
  };

  function requireDashboard(name: string): DashboardRecord {
    const dashboard = dashboards.get(name);
    if (!dashboard) {
      throw notFound(`Dashboard ${name} does not exist`);
    }
    return dashboard;
  }
}

function notFound(message: string): AwsError {
  return new AwsError('DashboardNotFoundError', message, { status: 404 });
}
