/** About as many rows as expected. */
import { severityOf } from '../check-settings.ts';
import { against, notApplicable, passes, type Rule, switchedOff, UNREADABLE } from './rule.ts';

const CHECK = 'row-count';
/** Half of the rows gone is more often an accident than an intention. */
const DEFAULT_MINIMUM_RATIO = 0.5;

/**
 * Blocks when an upload has fewer or more rows than declared (`dataset.expectedRows`). Of snapshots, warns when the rows
 * are fewer than half of those of the version before, or outside the declared ratio.
 */
export const rowCount: Rule = ({ settings, table, head }) => {
  const { expectedRows, uploads } = settings;
  const [hard, soft] = [severityOf(settings, CHECK, 'block'), severityOf(settings, CHECK, 'warn')];
  if (hard === 'off' || soft === 'off') return [switchedOff(CHECK)];
  if (!table) return [notApplicable(CHECK, soft, UNREADABLE)];
  const { rows } = table;
  const findings = [];
  if (rows < (expectedRows?.minimum ?? 0) || rows > (expectedRows?.maximum ?? Number.POSITIVE_INFINITY)) {
    const reason = `The upload has ${rows} rows; expected are ${expectedRows?.minimum ?? 0} to ${expectedRows?.maximum ?? 'any number'} (dataset.expectedRows).`;
    findings.push(against({ check: CHECK, severity: hard, reason }));
  }
  if (uploads === 'snapshot' && head && head.rows > 0) {
    const minimum = expectedRows?.ratioToPrevious?.minimum ?? DEFAULT_MINIMUM_RATIO;
    const maximum = expectedRows?.ratioToPrevious?.maximum ?? Number.POSITIVE_INFINITY;
    const ratio = rows / head.rows;
    if (ratio < minimum || ratio > maximum) {
      const bounds =
        maximum === Number.POSITIVE_INFINITY ? `at least ${minimum}` : `${minimum} to ${maximum}`;
      const reason = `The upload has ${rows} rows, ${Number(ratio.toPrecision(3))} times the ${head.rows} of the version before; usual is ${bounds} times (dataset.expectedRows.ratioToPrevious).`;
      findings.push(against({ check: CHECK, severity: soft, reason }));
    }
  }
  return findings.length > 0 ? findings : [passes(CHECK, soft, `${rows} rows, as expected.`)];
};
