import { parentPort, workerData } from 'node:worker_threads'
import { gather, type Gathering } from './crowd.ts'

/** A crowd on a thread of its own, so that it takes no time of who measures. Says how it stands when asked; leaves at `leave`. */
const crowd = await gather(workerData as Gathering)
parentPort?.on('message', word => {
  parentPort?.postMessage({ held: crowd.held(), returns: crowd.returns() })
  if (word !== 'leave') return
  crowd.leave()
  parentPort?.close()
})
parentPort?.postMessage({ held: crowd.held(), returns: crowd.returns() })
