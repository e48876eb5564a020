/** What a training depends on, as one digest. Pure. */
import { digestOf } from '../shared/digest.ts';
import type { ProjectSettings } from '../shared/settings.ts';

/**
 * SHA-256 over the trainer, the split, the gates that models are judged by, and the code. A change of anything else,
 * for example of how the model is served, does not ask for a new training.
 */
export function trainingDigest({ trainer, split, gates }: ProjectSettings, codeDigest: string): string {
  return digestOf({ trainer, split, gates, codeDigest });
}
