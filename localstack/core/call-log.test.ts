import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { openCallLog } from './call-log.ts';

test('a call that ends after the log was closed is not written, even when the folder is gone', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'call-log-'));
  const file = join(folder, 'calls.jsonl');
  const log = openCallLog(file);
  log.end({ requestId: 'one', durationMs: 1 });
  log.close();
  rmSync(folder, { recursive: true });
  log.end({ requestId: 'two', durationMs: 1 });
  // an error of a timer would fail the whole run
  await sleep(80);
  expect(log.read()).toEqual([]);
});
