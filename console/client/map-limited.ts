/** Work on many things, a few at a time. */

/**
 * Answers of `work` in the order of `items`; at most `limit` are under way at once. After a failure nothing new is
 * begun, and what is under way is waited for, so that nothing goes on behind the caller's back.
 * @throws the first failure.
 */
export async function mapLimited<Item, Answer>(
  items: readonly Item[],
  limit: number,
  work: (item: Item, index: number) => Promise<Answer>,
): Promise<Answer[]> {
  const answers = new Array<Answer>(items.length);
  const failures: unknown[] = [];
  let next = 0;
  const worker = async () => {
    while (next < items.length && failures.length === 0) {
      const index = next++;
      try {
        answers[index] = await work(items[index]!, index);
      } catch (error) {
        failures.push(error);
      }
    }
  };
  await Promise.all(Array.from({ length: Math.min(limit, items.length) }, worker));
  if (failures.length > 0) throw failures[0];
  return answers;
}

/** Bytes that may be held at once, shared by everything that holds some. */
export class ByteBudget {
  private held = 0;
  private readonly waiting: { readonly bytes: number; readonly go: () => void }[] = [];

  private readonly limit: number;

  constructor(limit: number) {
    this.limit = limit;
  }

  /** Runs `work` once there is room. What is larger than the whole budget goes alone. */
  async hold<Answer>(bytes: number, work: () => Promise<Answer>): Promise<Answer> {
    if (this.waiting.length > 0 || !this.hasRoom(bytes)) {
      await new Promise<void>((go) => this.waiting.push({ bytes, go }));
    } else {
      this.held += bytes;
    }
    try {
      return await work();
    } finally {
      this.held -= bytes;
      this.letIn();
    }
  }

  private hasRoom(bytes: number): boolean {
    return this.held === 0 || this.held + bytes <= this.limit;
  }

  private letIn(): void {
    while (this.waiting.length > 0 && this.hasRoom(this.waiting[0]!.bytes)) {
      const { bytes, go } = this.waiting.shift()!;
      this.held += bytes;
      go();
    }
  }
}
