import type { z } from 'zod';
import { atPath, InvalidInput } from '../errors.ts';

/** A broken rule and the path to the field in the payload. */
export type Issue = { path: (string | number)[]; rule: string };

/** The issues that a rule finds in the value at `place`. */
export const issuesWith = (rule: z.ZodType, value: unknown, place: Issue['path'] = []): Issue[] =>
  (rule.safeParse(value).error?.issues ?? []).map(({ path, message }) => ({
    path: [...place, ...(path as Issue['path'])],
    rule: message,
  }));

/** The first of these issues as text: the path and the rule. */
export const textOf = ([issue]: readonly Issue[]): string | undefined => issue && atPath(issue.path, issue.rule);

/** Throws the first of these issues. `inputPath` maps its path to the field of the client's input. */
export function throwFirst([issue]: readonly Issue[], inputPath = (path: Issue['path']) => path): void {
  if (issue) throw new InvalidInput(inputPath(issue.path), issue.rule);
}
