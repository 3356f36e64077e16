import type { World } from "../world.ts"
import { LoadService } from "./load.ts"
import { RereadService } from "./reread.ts"
import { StreamService } from "./stream.ts"

/** The service as the database sees it: a leader per topic, the loads, the re-reads. */
export class Service {
  readonly streams: StreamService[]
  readonly loads: LoadService
  readonly rereads: RereadService

  constructor(world: World) {
    this.streams = [...world.org.buses.keys()].map((topic) => new StreamService(world, topic))
    this.loads = new LoadService(world)
    this.rereads = new RereadService(world)
  }

  /** Every process dies: what is not in the database is gone. Loads go on where their rows say. */
  kill(): void {
    for (const stream of this.streams) stream.kill()
    this.rereads.kill()
  }
}
