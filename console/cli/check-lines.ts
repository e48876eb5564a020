/** Findings of checks for a person. */
import type { Check, ChecksDocument } from '../../lambdas/datasets/contract.ts';
import { plural, printable } from './output.ts';

const MARK: Readonly<Record<string, string>> = { FAIL: '✗', WARN: '!' };

/** What failed, then what warns, each with its examples; then how many passed. */
export function checkLines({ checks }: Pick<ChecksDocument, 'checks'>): string[] {
  const of = (verdict: Check['verdict']) => checks.filter((check) => check.verdict === verdict);
  const passed = of('PASS').length;
  return [
    ...[...of('FAIL'), ...of('WARN')].flatMap((check) => [
      `  ${MARK[check.verdict]} ${printable(check.reason)}`,
      ...check.examples.slice(0, 3).map((example) => `      ${printable(example)}`),
    ]),
    ...(passed > 0 ? [`  ✓ ${plural(passed, 'check')} passed`] : []),
  ];
}
