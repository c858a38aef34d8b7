/** The wanted name, or, when it is taken, the first that is free with a number behind it: `Plant 2`. */
export function uniqueName(wanted: string, taken: ReadonlySet<string>, maximum: number): string {
  let name = wanted;
  for (let number = 2; taken.has(name); number += 1) {
    const ending = ` ${String(number)}`;
    name = `${wanted.slice(0, maximum - ending.length)}${ending}`;
  }
  return name;
}
