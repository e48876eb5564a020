/** Which operations a cloud was asked for, appended to a file that several processes may share. */
import { appendFileSync } from 'node:fs';

/**
 * Returns what to call for each call. Writes `service.operation` once each to `file`, with ` refused` behind those that
 * this cloud does not have; does nothing without a file.
 */
export function recordUsed(file: string | undefined): (name: string, isRefused: boolean) => void {
  if (!file) return () => {};
  const seen = new Set<string>();
  return (name, isRefused) => {
    const line = isRefused ? `${name} refused` : name;
    if (seen.has(line)) return;
    seen.add(line);
    // one short append is never torn by another process's
    appendFileSync(file, `${line}\n`);
  };
}
