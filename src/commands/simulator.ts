import { mkdtemp, rm, writeFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { Command, Option } from "commander"
import { readBaseConfig } from "../base/config.ts"
import { interrupted } from "../base/interrupted.ts"
import { sfShadowToPipe } from "../base/sf_shadow.ts"
import type { NetworkName } from "../simulator/network.ts"
import { wholeNumber } from "./arguments.ts"
import { exitCodes, type Invocation } from "./invocation.ts"
import type { Work } from "./program.ts"

interface SimulatorFlags {
  port: number
  products: number
  pricebooks: number
  accounts: number
  seed: number
  network: NetworkName
}

/** `simulator`: the simulated org alone, for tests of other programs. */
export function simulatorCommand(invocation: Invocation, work: Work): Command {
  return new Command("simulator")
    .description("run the simulated Salesforce org alone, until Ctrl-C or SIGTERM")
    .option("--port <port>", "port of login, REST and Bulk API; 0: any free one", wholeNumber(0, 65_535), 0)
    .option("--products <count>", "products", wholeNumber(0, 5_000_000), 1_000)
    .option("--pricebooks <count>", "price books; every product has a price in each", wholeNumber(1, 100), 2)
    .option("--accounts <count>", "accounts", wholeNumber(0, 5_000_000), 1_000)
    .option(
      "--seed <number>",
      "seed of the records: the same seed gives the same org",
      wholeNumber(0, 2 ** 31),
      1,
    )
    .addOption(
      new Option("--network <name>", "how far away the org is: as near as this machine, or as a real one")
        .choices(["loopback", "org"] satisfies NetworkName[])
        .default("loopback"),
    )
    .addHelpText(
      "after",
      `
Prints one line of JSON when it is ready: URLs, the files of its certificate authority and credentials, and
\`environment\`, the variables with which sf-shadow reaches it. The files are removed at the end.

Examples:
  ${sfShadowToPipe} simulator --products 20000
  ${sfShadowToPipe} simulator --network org
  ${sfShadowToPipe} simulator --port 4000 > simulator.json &`,
    )
    .action((flags: SimulatorFlags) => work(() => simulate(flags, invocation)))
}

async function simulate(flags: SimulatorFlags, { environment, signal }: Invocation) {
  readBaseConfig(environment)
  const [{ Org }, { seedCatalogue }, { startSimulator }] = await Promise.all([
    import("../simulator/org/org.ts"),
    import("../simulator/org/seed.ts"),
    import("../simulator/start.ts"),
  ])
  const folder = await mkdtemp(join(tmpdir(), "sf-shadow-simulator-"))
  try {
    const org = new Org({ seed: flags.seed })
    seedCatalogue(org, flags)
    const simulator = await startSimulator({ org, httpPort: flags.port, network: flags.network })
    try {
      const { clientId, clientSecret, username, privateKey } = simulator.credentials
      const clientSecretFile = join(folder, "client_secret")
      const privateKeyFile = join(folder, "private_key.pem")
      await writeFile(clientSecretFile, clientSecret, { mode: 0o600 })
      await writeFile(privateKeyFile, privateKey, { mode: 0o600 })
      const { loginUrl, pubsubEndpoint, caFile } = simulator
      const ready = {
        loginUrl,
        pubsubEndpoint,
        caFile,
        clientId,
        username,
        clientSecretFile,
        privateKeyFile,
        environment: {
          SF_LOGIN_URL: loginUrl,
          SF_PUBSUB_ENDPOINT: pubsubEndpoint,
          SF_CA_FILE: caFile,
          SF_AUTH: "jwt",
          SF_CLIENT_ID: clientId,
          SF_USERNAME: username,
          SF_PRIVATE_KEY_FILE: privateKeyFile,
        },
      }
      process.stdout.write(`${JSON.stringify(ready)}\n`)
      await interrupted(signal)
    } finally {
      await simulator.close()
    }
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
  return exitCodes.interrupted
}
