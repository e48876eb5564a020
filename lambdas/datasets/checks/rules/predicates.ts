/** Conditions over several columns hold. */
import {
  against,
  milder,
  notApplicable,
  offendersOf,
  passes,
  percent,
  type Rule,
  UNREADABLE,
} from './rule.ts';

const CHECK = 'predicates';

/** Blocks when a row breaks one of the project's conditions (`dataset.predicates`), or when one cannot be evaluated. */
export const predicates: Rule = (subject) => {
  const { settings, table } = subject;
  const declared = settings.predicates ?? [];
  const general = settings.checks?.predicates ?? {};
  if (declared.length === 0) return [notApplicable(CHECK, 'block', 'The project has no predicates.')];
  if (!table) return [notApplicable(CHECK, 'block', UNREADABLE)];
  return declared.map(({ name, sql, severity, mostly }) => {
    const applied = severity ?? general.severity ?? 'block';
    if (applied === 'off') return notApplicable(CHECK, 'info', `Predicate "${name}" is switched off.`);
    const facts = table.predicates.find((predicate) => predicate.name === name);
    if (!facts) return notApplicable(CHECK, applied, `Predicate "${name}" was not looked at.`);
    if (facts.error !== undefined) {
      const reason = `Predicate "${name}" (${sql}) cannot be evaluated: ${facts.error}.`;
      return against({ check: CHECK, severity: applied, reason });
    }
    const { rows, examples } = facts.failing;
    if (rows === 0)
      return passes(CHECK, applied, `Predicate "${name}" (${sql}) holds in all ${table.rows} rows.`);
    const needed = mostly ?? general.mostly ?? 1;
    const tolerated = 1 - rows / table.rows >= needed;
    const reason = `Predicate "${name}" (${sql}) does not hold in ${rows} of ${table.rows} rows.`;
    return against({
      check: CHECK,
      severity: tolerated ? milder(applied) : applied,
      reason,
      advice: tolerated ? `Tolerated: ${percent(needed)} have to hold.` : undefined,
      offenders: offendersOf(subject, examples),
    });
  });
};
