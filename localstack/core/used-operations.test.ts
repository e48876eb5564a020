import { mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { recordUsed } from './used-operations.ts';

test('each operation is written once by each process, and what is refused is marked', () => {
  const file = join(mkdtempSync(join(tmpdir(), 'used-')), 'used.txt');
  const [first, second] = [recordUsed(file), recordUsed(file)];
  for (const record of [first, first, second]) record('s3.PutObject', false);
  first('s3.SelectObjectContent', true);
  expect(readFileSync(file, 'utf8')).toBe('s3.PutObject\ns3.PutObject\ns3.SelectObjectContent refused\n');
});

test('nothing is written without a file', () => {
  expect(() => recordUsed(undefined)('s3.PutObject', false)).not.toThrow();
});
