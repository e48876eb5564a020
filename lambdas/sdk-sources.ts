/** Rewrites sources of the SDK to the same meaning in a form that a bundler can drop the unused parts of. */

/** A constant of a schema file; none of them holds an escape. */
const CONSTANT = /^const (_\w+) = ("[^"\\]*");$/gm;
/** A computed key of an object literal. */
const COMPUTED_KEY = /\[(_\w+)\]: /g;

/**
 * Writes the names of traits into the schemas: `const _hH = "httpHeader"; ... { [_hH]: _xa }` becomes
 * `... { "httpHeader": _xa }`. For a bundler a key that is computed may have side effects, so that every schema with a
 * trait stays, those of S3's 100 operations in a function that calls five.
 */
export function withPlainKeys(source: string): string {
  const constants = new Map<string, string>();
  for (const [, name, text] of source.matchAll(CONSTANT)) constants.set(name!, text!);
  return source.replace(COMPUTED_KEY, (key, name: string) =>
    constants.has(name) ? `${constants.get(name)}: ` : key,
  );
}

/** A `package.json` without all but its version, for the user agent, which is all that the clients read of their own. */
export function onlyVersion(packageJson: string): string {
  const { version } = JSON.parse(packageJson) as { readonly version: string };
  return JSON.stringify({ version });
}
