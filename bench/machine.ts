import { execFileSync } from 'node:child_process'
import { closeSync, existsSync, fsyncSync, openSync, readFileSync, rmSync, writeSync } from 'node:fs'
import { availableParallelism, cpus, loadavg, totalmem } from 'node:os'
import { join } from 'node:path'
import { percentile } from './statistics.ts'

const hasTaskset = existsSync('/usr/bin/taskset') || existsSync('/bin/taskset')
const isPinned = hasTaskset && availableParallelism() > 1
const ticksPerSecond = 100 // USER_HZ, the same on every Linux

/** Command and arguments of a process that has the first core for itself. */
export function onFirstCore (command: string, words: readonly string[]): [string, string[]] {
  return isPinned ? ['taskset', ['-c', '0', command, ...words]] : [command, [...words]]
}

/** Leaves the first core to who is measured: this process, and those that it starts from now on, run on the second. */
export function leaveFirstCore (): void {
  if (isPinned) execFileSync('taskset', ['-a', '-c', '-p', '1', String(process.pid)], { stdio: 'ignore' })
}

/** Seconds of processor time that a process has used so far. */
export function cpuSecondsOf (pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? []
  return (Number(fields[11]) + Number(fields[12])) / ticksPerSecond
}

/** Megabytes (10⁶ bytes) that a process holds in memory now. */
export function residentOf (pid: number): number {
  const kibibytes = /^VmRSS:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]
  return Number(kibibytes) * 1024 / 1e6
}

/** What the figures depend on. */
export function conditionsOf (folder: string) {
  return {
    at: new Date().toISOString(),
    processor: cpus()[0]?.model ?? 'unknown',
    cores: cpus().length,
    pinned: isPinned,
    memoryGb: Math.round(totalmem() / 1e9),
    node: process.version,
    platform: `${process.platform}-${process.arch}`,
    /** Above 0.3 or so somebody else is at work, and the figures are not to be kept. */
    loadAverageBefore: loadavg()[0] ?? NaN,
    fsyncMs: fsyncOf(folder),
  }
}

/** Milliseconds of one 4 KiB write made durable: the median of fifty. */
function fsyncOf (folder: string): number {
  const file = join(folder, 'fsync')
  const descriptor = openSync(file, 'w')
  const block = Buffer.alloc(4096)
  const times = Array.from({ length: 50 }, () => {
    const started = performance.now()
    writeSync(descriptor, block)
    fsyncSync(descriptor)
    return performance.now() - started
  })
  closeSync(descriptor)
  rmSync(file)
  return Math.round(percentile(times, 50) * 1000) / 1000
}
