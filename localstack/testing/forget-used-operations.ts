/** Before a test run: the operations that it will use are not mixed with those of the last. */
import { mkdirSync, rmSync } from 'node:fs';
import { dirname } from 'node:path';

interface TestProject {
  readonly config: { readonly env: Readonly<Record<string, string | undefined>> };
}

export function setup({ config }: TestProject): void {
  const file = config.env.LOCAL_CLOUD_USED_FILE;
  if (!file) return;
  mkdirSync(dirname(file), { recursive: true });
  rmSync(file, { force: true });
}
