import type { Command } from './command.ts'

const usage = `Usage: callback-receiver start

Starts the service, with its settings from the environment (.env.example lists them), and ends with it:
0 after SIGTERM or SIGINT, 1 when it could not start.`

export const command: Command = async (words, { print, complain }) => {
  if (words.includes('--help') || words.includes('-h')) { print(usage); return 0 }
  if (words.length > 0) { complain(usage); return 2 }
  await import('../main.ts') // ends the process by itself
  return 0
}
