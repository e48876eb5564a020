/**
 * What is wrong with the body of a dashboard: of AWS's checks those whose words are known.
 * @see https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/CloudWatch-Dashboard-Body-Structure.html
 */
import { AwsError } from '../core/errors.ts';

interface Violation {
  readonly dataPath: string;
  readonly message: string;
}

type Members = Readonly<Record<string, unknown>>;

/** @throws AwsError DashboardInvalidInputError (its code is InvalidParameterInput) with every violation, in AWS's form */
export function checkDashboardBody(body: string): void {
  const violations = violationsOf(parsed(body));
  if (violations.length === 0) return;
  const list = JSON.stringify(violations, undefined, 2);
  throw invalid(
    `The dashboard body is invalid, there are ${violations.length} validation errors:\n${list}`,
    violations,
  );
}

function parsed(body: string): Members {
  try {
    const value: unknown = JSON.parse(body);
    if (isMembers(value)) return value;
  } catch {
    // refused below
  }
  throw invalid('The field DashboardBody must be a valid JSON object');
}

const isMembers = (value: unknown): value is Members =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

function invalid(message: string, violations: readonly Violation[] = []): AwsError {
  const dashboardValidationMessages = violations.map((each) => ({
    DataPath: each.dataPath,
    Message: each.message,
  }));
  return new AwsError('DashboardInvalidInputError', message, { fields: { dashboardValidationMessages } });
}

function violationsOf({ widgets = [] }: Members): Violation[] {
  if (!Array.isArray(widgets)) return [{ dataPath: '/widgets', message: 'Should be array' }];
  return widgets.flatMap((widget, index) => widgetViolations(widget, `/widgets/${index}`));
}

function widgetViolations(widget: unknown, dataPath: string): Violation[] {
  if (!isMembers(widget)) return [{ dataPath, message: 'Should be object' }];
  const absent = ['type', 'properties'].filter((name) => widget[name] === undefined);
  if (absent.length > 0) return absent.map((name) => missing(dataPath, name));
  const path = `${dataPath}/properties`;
  if (!isMembers(widget.properties)) return [{ dataPath: path, message: 'Should be object' }];
  if (widget.type === 'text' && widget.properties.markdown === undefined) return [missing(path, 'markdown')];
  return widget.type === 'metric' ? metricViolations(widget.properties, path) : [];
}

function metricViolations({ metrics, annotations }: Members, dataPath: string): Violation[] {
  if (metrics === undefined && annotations === undefined) {
    const message =
      'The metric widget should have specified a region and a data source or an alarm annotation';
    return [missing(dataPath, 'metrics'), { dataPath, message }, missing(dataPath, 'annotations')];
  }
  if (!Array.isArray(metrics)) return [];
  return metrics.flatMap((metric, index) => {
    if (Array.isArray(metric)) return [];
    const place = `${dataPath}/metrics/${index}`;
    const sentence =
      'Field "metrics" has to be an array of array of strings, with an optional metricRenderer object as last element';
    return [
      { dataPath: place, message: 'Should be array' },
      { dataPath: place, message: sentence },
    ];
  });
}

function missing(dataPath: string, name: string): Violation {
  return { dataPath, message: `Should have required property '${name}'` };
}
