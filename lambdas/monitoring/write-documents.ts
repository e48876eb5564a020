/** What lies beside a window's report: the page for people, and Model Monitor's documents for those who come from there. */
import { constraintsJson, statisticsJson } from '../datasets/profile/model-monitor.ts';
import type { DatasetProfile } from '../datasets/profile/profile.ts';
import type { WindowItem } from '../shared/catalog-items.ts';
import { windowDocumentKey } from '../shared/keys.ts';
import { putJson, putText } from '../shared/objects.ts';
import type { WindowReport } from './contract.ts';
import { reportPage } from './html/page.ts';

/** Statistics are of the window, constraints of the baseline, as in a monitoring job of SageMaker. */
export async function writeDocuments(
  bucket: string,
  report: WindowReport,
  of: {
    readonly window: DatasetProfile;
    readonly baseline: DatasetProfile;
    readonly history: readonly WindowItem[];
  },
): Promise<void> {
  const { modelVersion, window: id, violations } = report;
  const key = (document: Parameters<typeof windowDocumentKey>[2]) =>
    windowDocumentKey(modelVersion, id, document);
  await putText(bucket, key('report.html'), reportPage(report, of.history), 'text/html; charset=utf-8');
  await putJson(bucket, key('statistics.json'), statisticsJson(of.window));
  await putJson(bucket, key('constraints.json'), constraintsJson(of.baseline));
  await putJson(bucket, key('constraint_violations.json'), { violations });
}
