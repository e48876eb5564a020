/** What the settings say about a check, for the dataset or for one column. */
import type { CheckName, CheckSeverity, DatasetChecks, DatasetSettings } from '../../shared/settings.ts';

/** Settings of a check: the column's before the dataset's; what neither says is undefined. */
export function checkSettings<Name extends CheckName>(
  settings: DatasetSettings,
  check: Name,
  column?: string,
): NonNullable<DatasetChecks[Name]> {
  const own = settings.columns.find(({ name }) => name === column)?.checks?.[check];
  return { ...settings.checks?.[check], ...own } as NonNullable<DatasetChecks[Name]>;
}

/** Severity of a check, `usual` where the settings say nothing. */
export function severityOf(
  settings: DatasetSettings,
  check: CheckName,
  usual: CheckSeverity,
  column?: string,
): CheckSeverity {
  return checkSettings(settings, check, column).severity ?? usual;
}
