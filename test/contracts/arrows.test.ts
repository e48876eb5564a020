import { readdirSync, readFileSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';
import { describe, expect, test } from 'vitest';

/** Files that both worlds may read: they import nothing at run time. */
const SHARED = /^lambdas\/(.*\/contract|shared\/(keys|settings|names|verdict|catalog-items))\.ts$/;

function sources(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.ts') && !path.endsWith('.test.ts'))
    .map((path) => join(folder, path));
}

/** What a file imports: paths from the root for our own files, names for packages. */
function importsOf(file: string): string[] {
  const text = readFileSync(file, 'utf8');
  return [...text.matchAll(/(?:from|import)\s+\(?'([^']+)'/g)].map(([, name]) =>
    name!.startsWith('.') ? relative('.', resolve(file, '..', name!)) : name!,
  );
}

const violations = (folder: string, forbidden: (imported: string, file: string) => boolean) =>
  sources(folder).flatMap((file) =>
    importsOf(file)
      .filter((imported) => forbidden(imported, file))
      .map((imported) => `${file} imports ${imported}`),
  );

describe('import arrows', () => {
  test('lib reads nothing of lambdas but contracts, and nothing of the local cloud', () => {
    expect(
      violations(
        'lib',
        (name) => (name.startsWith('lambdas/') && !SHARED.test(name)) || name.startsWith('localstack/'),
      ),
    ).toEqual([]);
  });

  test('lambdas read neither the CDK nor lib nor the local cloud', () => {
    expect(
      violations(
        'lambdas',
        (name, file) =>
          file !== 'lambdas/bundle.ts' &&
          (/^(aws-cdk-lib|constructs|cdk-nag|esbuild)/.test(name) ||
            /^(lib|localstack|console|bin)\//.test(name)),
      ),
    ).toEqual([]);
  });

  test('the local cloud knows AWS and nothing of Driftless', () => {
    expect(violations('localstack', (name) => /^(lib|lambdas|console|bin|examples)\//.test(name))).toEqual(
      [],
    );
    const mentions = sources('localstack').filter((file) => /driftless/i.test(readFileSync(file, 'utf8')));
    expect(mentions).toEqual([]);
  });

  test('neither lib nor lambdas ask whether they run locally', () => {
    const asks = [...sources('lib'), ...sources('lambdas')].filter((file) =>
      /isLocal|=== 'local'|localhost|127\.0\.0\.1|AWS_ENDPOINT_URL/.test(readFileSync(file, 'utf8')),
    );
    expect(asks).toEqual([]);
  });
});
