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

interface DashboardRecord {
  readonly name: string;
  readonly body: string;
  readonly modifiedAtEpochMs: number;
}

export function dashboardOperations(cloud: Cloud) {
  const dashboards: Collection<DashboardRecord> = cloud.collection('monitoring', 'dashboards');
  const arnOf = (name: string) => `arn:aws:cloudwatch::${cloud.account}:dashboard/${name}`;

  return {
    PutDashboard({ DashboardName: name = '', DashboardBody: body = '' }: PutDashboardCommandInput) {
      if (!/^[A-Za-z0-9_-]{1,255}$/.test(name)) {
        throw invalid(
          `The value for field DashboardName contains invalid characters. It can only contain alphanumerics, dash (-) and underscore (_).\n`,
        );
      }
      requireObject(body);
      dashboards.put(name, { name, body, modifiedAtEpochMs: cloud.clock.now() });
      return { DashboardValidationMessages: [] };
    },
    GetDashboard({ DashboardName: name = '' }: GetDashboardCommandInput) {
      const { body } = requireDashboard(name);
      return { DashboardName: name, DashboardArn: arnOf(name), DashboardBody: body };
    },
    ListDashboards({ DashboardNamePrefix = '' }: ListDashboardsCommandInput) {
      const found = dashboards.values().filter(({ name }) => name.startsWith(DashboardNamePrefix));
      return {
        DashboardEntries: found.map(({ name, body, modifiedAtEpochMs }) => ({
          DashboardName: name,
          DashboardArn: arnOf(name),
          LastModified: new Date(modifiedAtEpochMs),
          Size: Buffer.byteLength(body),
        })),
      };
    },
    DeleteDashboards({ DashboardNames = [] }: DeleteDashboardsCommandInput) {
      // all or none
      for (const name of DashboardNames) requireDashboard(name);
      for (const name of DashboardNames) dashboards.delete(name);
      return {};
    },
  };

  function requireDashboard(name: string): DashboardRecord {
    const dashboard = dashboards.get(name);
    if (!dashboard) {
      throw new AwsError('DashboardNotFoundError', `Dashboard ${name} does not exist`, { status: 404 });
    }
    return dashboard;
  }
}

function requireObject(body: string): void {
  try {
    const parsed: unknown = JSON.parse(body);
    if (typeof parsed === 'object' && parsed !== null) return;
  } catch {
    // refused below
  }
  throw invalid('The field DashboardBody must be a valid JSON object');
}

function invalid(message: string): AwsError {
  return new AwsError('DashboardInvalidInputError', message);
}
