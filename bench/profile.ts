import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'

/** V8's CPU profile, as `node --cpu-prof` writes it. Times are microseconds. */
interface Profile {
  readonly nodes: readonly { readonly id: number, readonly callFrame: { readonly functionName: string, readonly url: string }, readonly children?: readonly number[] }[]
  readonly samples: readonly number[]
  readonly timeDeltas: readonly number[]
}

/** A stage and the frames that begin it, each as `file:function`; a frame that begins none belongs to the stage of its caller. */
export type Rules = readonly (readonly [stage: string, frame: RegExp])[]

export interface Share {
  readonly name: string
  readonly milliseconds: number
}

/** Of the one profile in a folder, all that came after so many milliseconds: without the start. */
export async function readProfile (folder: string, after: number): Promise<Profile> {
  const name = (await readdir(folder)).find(file => file.endsWith('.cpuprofile'))
  if (name === undefined) throw new Error('the process left no profile')
  const profile = JSON.parse(await readFile(join(folder, name), 'utf8')) as Profile
  let first = 0
  for (let time = 0; first < profile.samples.length && time < after * 1000; first++) time += profile.timeDeltas[first] ?? 0
  return { ...profile, samples: profile.samples.slice(first), timeDeltas: profile.timeDeltas.slice(first) }
}

/** Where processor time went: by stage, the largest first. Time without work is left out. */
export function stagesOf (profile: Profile, rules: Rules): Share[] {
  const nodes = new Map(profile.nodes.map(node => [node.id, node]))
  const stages = new Map<number, string>()
  const enter = (id: number, inherited: string): void => {
    const node = nodes.get(id)
    if (node === undefined) return
    const frame = frameOf(node.callFrame)
    const stage = rules.find(([, begins]) => begins.test(frame))?.[0] ?? inherited
    stages.set(id, stage)
    for (const child of node.children ?? []) enter(child, stage)
  }
  const [root] = profile.nodes
  if (root !== undefined) enter(root.id, 'other')
  return sum(profile, id => nodes.get(id)?.callFrame.functionName === '(idle)' ? undefined : stages.get(id))
}

/** Functions by the time of their own, the largest first. */
export function hottestOf (profile: Profile): Share[] {
  const nodes = new Map(profile.nodes.map(node => [node.id, node]))
  return sum(profile, id => {
    const frame = nodes.get(id)?.callFrame
    return frame === undefined || frame.functionName === '(idle)' ? undefined : frameOf(frame)
  })
}

function sum ({ samples, timeDeltas }: Profile, nameOf: (id: number) => string | undefined): Share[] {
  const totals = new Map<string, number>()
  for (const [i, id] of samples.entries()) {
    const name = nameOf(id)
    if (name !== undefined) totals.set(name, (totals.get(name) ?? 0) + (timeDeltas[i] ?? 0) / 1000)
  }
  return [...totals].map(([name, milliseconds]) => ({ name, milliseconds })).toSorted((a, b) => b.milliseconds - a.milliseconds)
}

function frameOf ({ url, functionName }: Profile['nodes'][number]['callFrame']): string {
  return `${url.replace(/^.*\/(src|node_modules)\//, '$1/')}:${functionName}`
}
