/** Every value is losslessly of its column's type. */
import { offenceRule } from './offence-rule.ts';
import { adviceOnType } from './type-advice.ts';

/** Blocks when a value that is present cannot be read as its column's type without loss; ignored columns are not looked at. */
export const columnTypes = offenceRule({
  check: 'column-types',
  kind: 'uncastable',
  severity: 'block',
  of: 'present',
  reason: ({ counts, one, column }) => `${counts} ${one ? 'is' : 'are'} not of type ${column.type}.`,
  advice: ({ type }, value) => adviceOnType(type, value),
  nothing: 'No column is looked at.',
  fine: (columns) => `Every value of ${columns} column(s) is of its column's type.`,
});
