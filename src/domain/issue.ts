import type { z } from 'zod';
import { atPath, InvalidInput } from '../errors.ts';

/** A rule that is broken, and where. The path names fields of the payload. */
export type Issue = { path: (string | number)[]; rule: string };

/** What a rule finds wrong with a value that is at `place`. */
export const issuesWith = (rule: z.ZodType, value: unknown, place: Issue['path'] = []): Issue[] =>
  (rule.safeParse(value).error?.issues ?? []).map(({ path, message }) => ({
    path: [...place, ...(path as Issue['path'])],
    rule: message,
  }));

/** The first of these issues as text: where, and which rule. */
export const textOf = ([issue]: readonly Issue[]): string | undefined => issue && atPath(issue.path, issue.rule);

/** Throws the first of these issues. `inputPath` is where in its input a client finds what the path of an issue names. */
export function throwFirst([issue]: readonly Issue[], inputPath = (path: Issue['path']) => path): void {
  if (issue) throw new InvalidInput(inputPath(issue.path), issue.rule);
}
