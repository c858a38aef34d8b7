/** Things in the order in which they stood before; what is new stands behind them. */
export function steadyOrder<Item>(
  items: readonly Item[],
  before: readonly Item[],
  keyOf: (item: Item) => string,
): readonly Item[] {
  const places = new Map(before.map((item, place) => [keyOf(item), place]));
  const placeOf = (item: Item): number => places.get(keyOf(item)) ?? before.length;
  return [...items].sort((one, other) => placeOf(one) - placeOf(other));
}
