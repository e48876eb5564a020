/** How often each class occurs. */
import { checkSettings } from '../check-settings.ts';
import { against, notApplicable, passes, percent, tableRule } from './rule.ts';

const CHECK = 'class-balance';
const DEFAULT_SHARE = 0.01;

/** Reports the classes, and warns when the rarest has less than 1 % (`minimumShare`) of the labelled rows. */
export const classBalance = tableRule(CHECK, 'warn', ({ settings }, { target }, severity) => {
  if (settings.problem?.type === 'regression') {
    return [notApplicable(CHECK, severity, 'The target is a number: it has no classes.')];
  }
  const classes = Object.entries(target?.classes ?? {});
  const labelled = classes.reduce((sum, [, rows]) => sum + rows, 0);
  if (labelled === 0) return [notApplicable(CHECK, severity, 'No row has a target.')];
  const shares = classes.map(([name, rows]) => `${name} in ${rows} rows (${percent(rows / labelled)})`);
  const reason = `Of ${labelled} labelled rows "${settings.target}" is ${shares.join(', ')}.`;
  const rarest = Math.min(...classes.map(([, rows]) => rows));
  const minimum = checkSettings(settings, CHECK).minimumShare ?? DEFAULT_SHARE;
  if (classes.length < 2 || rarest / labelled >= minimum) return [passes(CHECK, severity, reason)];
  return [
    against({
      check: CHECK,
      column: settings.target,
      severity,
      reason: `${reason} Metrics of so rare a class are uncertain; usual is at least ${percent(minimum)}.`,
    }),
  ];
});
