import { readFile } from 'node:fs/promises';

/** Microseconds of CPU that a process of this machine has used; undefined if there is none, or if `name` is not how its name begins. */
export async function cpuOf(pid: number, name = ''): Promise<number | undefined> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '()');
  // The second field, the name, may contain spaces.
  const end = stat.lastIndexOf(')');
  const fields = stat.slice(end + 2).split(' ');
  if (fields.length < 13 || !stat.slice(stat.indexOf('(') + 1, end).startsWith(name)) return undefined;
  // 100 ticks a second on Linux.
  return (Number(fields[11]) + Number(fields[12])) * 10_000;
}
