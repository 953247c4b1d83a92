import type { DocumentNode } from 'graphql';

interface Entry<Value> {
  value: Value;
  size: number;
  uses: number;
}

/** A quarter is for newcomers. */
const NEW = 0.25;
/** How often a document has been sent when it moves from the newcomers to the proven ones. */
const PROVEN = 3;

/**
 * What is known of documents, by their text, in at most `most` bytes. A document that has been used three times makes room only for others that
 * have, so documents that are sent once, however many, push out nothing but each other.
 */
export class DocumentCache<Value> {
  private readonly newcomers = new Map<string, Entry<Value>>();
  private readonly proven = new Map<string, Entry<Value>>();
  private sizes = { newcomers: 0, proven: 0 };

  constructor(
    private readonly most: number,
    private readonly sizeOf: (text: string, value: Value) => number,
  ) {}

  get(text: string): Value | undefined {
    const proven = this.proven.get(text);
    if (proven !== undefined) {
      this.proven.delete(text);
      this.proven.set(text, proven);
      return proven.value;
    }
    const entry = this.newcomers.get(text);
    if (entry === undefined) return undefined;
    this.drop('newcomers', text, entry);
    entry.uses++;
    this.put(entry.uses < PROVEN ? 'newcomers' : 'proven', text, entry);
    return entry.value;
  }

  set(text: string, value: Value): void {
    const known = this.newcomers.get(text);
    if (known !== undefined) this.drop('newcomers', text, known);
    if (this.proven.has(text)) return;
    this.put('newcomers', text, { value, size: this.sizeOf(text, value), uses: 1 });
  }

  private put(generation: 'newcomers' | 'proven', text: string, entry: Entry<Value>): void {
    this[generation].set(text, entry);
    this.sizes[generation] += entry.size;
    const most = this.most * (generation === 'newcomers' ? NEW : 1 - NEW);
    for (const [oldest, found] of this[generation]) {
      if (this.sizes[generation] <= most) return;
      this.drop(generation, oldest, found);
    }
  }

  private drop(generation: 'newcomers' | 'proven', text: string, { size }: Entry<Value>): void {
    this[generation].delete(text);
    this.sizes[generation] -= size;
  }
}

/** Approximate size in memory of a parsed document and its text, in bytes: measured, 200 to 500 for each token. */
export function documentSize(text: string, { loc }: DocumentNode): number {
  let tokens = 0;
  for (let token = loc?.startToken; token; token = token.next ?? undefined) tokens++;
  return text.length + 500 * tokens;
}
