/** A durable map: what `put` has taken survives the process. */
export interface Collection<T> {
  get(key: string): T | undefined;
  has(key: string): boolean;
  put(key: string, value: T): void;
  delete(key: string): boolean;
  keys(): string[];
  values(): T[];
  entries(): [string, T][];
  readonly size: number;
}
