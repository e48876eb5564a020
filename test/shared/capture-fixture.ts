/** Captured requests in SageMaker's format, of rows like those of the project fixture. */
import type { CaptureRecord } from '../../lambdas/shared/captures.ts';

export interface ServedRow {
  readonly features: readonly string[];
  readonly score: number;
}

/** A row with its true label: the score is higher for the positive ones, and nothing depends on `shift` but distance. */
export function aServedRow(i: number, shift = 0): ServedRow & { readonly label: 0 | 1 } {
  const label = i % 4 === 0 ? 1 : 0;
  const score = Number((0.2 + 0.3 * label + ((i * 7919) % 100) / 250).toFixed(4));
  return {
    features: [String(100 + ((i * 7919) % 97) + shift), String((i % 7) - 1.5), 'ABC'[i % 3]!],
    score,
    label,
  };
}

/** One line of a capture file. */
export function aCapture(inferenceId: string, inferenceTime: string, rows: readonly ServedRow[]): string {
  const lines = (values: readonly string[]) => `${values.join('\n')}\n`;
  const record: CaptureRecord & { eventVersion: string } = {
    captureData: {
      endpointInput: { data: lines(rows.map(({ features }) => features.join(','))), encoding: 'CSV' },
      endpointOutput: { data: lines(rows.map(({ score }) => String(score))), encoding: 'CSV' },
    },
    eventMetadata: { eventId: `event-${inferenceId}`, inferenceId, inferenceTime },
    eventVersion: '0',
  };
  return JSON.stringify(record);
}
