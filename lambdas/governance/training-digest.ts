/** What a training depends on, as one digest. Pure. */
import { digestOf } from '../shared/digest.ts';
import type { ProjectSettings } from '../shared/settings.ts';

/**
 * SHA-256 over the problem, the trainer, the search, the split, the gates that models are judged by, and the code. A change of anything else,
 * for example of how the model is served, does not ask for a new training.
 */
export function trainingDigest(
  { problem, trainer, tuning, split, gates }: ProjectSettings,
  codeDigest: string,
): string {
  return digestOf({ problem: problem ?? null, trainer, tuning: tuning ?? null, split, gates, codeDigest });
}
