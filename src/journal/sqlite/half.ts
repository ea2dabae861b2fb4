/** Half of a claim; of an odd one in turns the larger and the smaller, so that claims of one are for either side, too. */
export function createHalf (): (limit: number) => number {
  let isLarger = false
  return limit => {
    isLarger = !isLarger
    return isLarger ? Math.ceil(limit / 2) : Math.floor(limit / 2)
  }
}
