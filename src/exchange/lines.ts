import type { Line } from '../domain/import.ts';
import { InvalidInput } from '../errors.ts';

const LINE_FEED = 0x0a;

/**
 * The lines of a stream of UTF-8, `most` at a time; empty ones are left out. The stream is read as fast as the batches are taken. Throws InvalidInput
 * for a line of more than `longest` bytes, or one that is not UTF-8.
 */
export async function* batchesOfLines(
  stream: AsyncIterable<Buffer>,
  { most, longest }: { most: number; longest: number },
): AsyncGenerator<Line[]> {
  const decoder = new TextDecoder('utf-8', { fatal: true });
  let rest: Buffer[] = [];
  let size = 0;
  let number = 0;
  let batch: Line[] = [];
  const take = (end: Buffer) => {
    number++;
    if (size + end.length > longest) throw refused(number, `must not be longer than ${longest} bytes`);
    const bytes = Buffer.concat([...rest, end]);
    rest = [];
    size = 0;
    let text: string;
    try {
      text = decoder.decode(bytes);
    } catch {
      throw refused(number, 'must be UTF-8');
    }
    if (text.trim() !== '') batch.push({ number, text });
  };
  for await (const chunk of stream) {
    let from = 0;
    for (let end = chunk.indexOf(LINE_FEED); end !== -1; end = chunk.indexOf(LINE_FEED, from)) {
      take(chunk.subarray(from, end));
      from = end + 1;
      if (batch.length < most) continue;
      yield batch;
      batch = [];
    }
    if (from === chunk.length) continue;
    rest.push(chunk.subarray(from));
    size += chunk.length - from;
    if (size > longest) throw refused(number + 1, `must not be longer than ${longest} bytes`);
  }
  if (size > 0) take(Buffer.alloc(0));
  if (batch.length > 0) yield batch;
}

const refused = (line: number, message: string) => new InvalidInput(['line', line], message, 'LENGTH');
