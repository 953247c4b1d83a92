/**
 * Call it when a package that begins at the mark `from` was refused and the mark has been read again, as `to`. The only sound reason is
 * that another run has moved it ahead; otherwise (a file exchanged under its open connections answers from two states) the same package
 * would be refused forever. Throws then, which ends this database's part of the run.
 */
export function mustHaveMovedOn(from: number, to: number): void {
  if (to <= from) throw new Error(`A package that begins at ${from} was refused, and the mark now reads ${to}.`);
}
