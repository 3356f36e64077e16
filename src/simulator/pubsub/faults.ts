import type { status } from "@grpc/grpc-js"
import type { ChangeEvent } from "../org/change_event.ts"

/** A fault of streams strikes when something is due on one: a new stream, a batch, a keepalive. */
interface StreamFault {
  /** Only streams of this topic; any when left out. */
  topic?: string
}

/** A fault of events strikes when one reaches the bus. */
interface EventFault {
  object?: string
}

declare module "../faults.ts" {
  interface FaultKinds {
    /** The TCP connection is cut, with every stream on it. */
    "pubsub.drop": StreamFault
    /** The stream fails with INTERNAL and the error code service.unavailable. */
    "pubsub.unavailable": StreamFault
    /** The stream is reset and no gRPC status comes. */
    "pubsub.rst": StreamFault
    /** The stream fails with UNAUTHENTICATED, as after a revoked session. */
    "pubsub.auth": StreamFault
    /** The stream fails with this error code (without its prefix) and gRPC status. */
    "pubsub.error": StreamFault & { code: string; status: status; message: string }
    /** The server ends the stream without an error. */
    "pubsub.end": StreamFault
    /** The stream stays open and nothing comes any more. */
    "pubsub.silent": StreamFault
    /** GetSchema fails with this error code (without its prefix) and gRPC status. */
    "pubsub.schema-unavailable": { code: string; status: status; message: string }
    /** While armed the object's schema has one more field, in the middle, and so another id. */
    "pubsub.schema-change": { object: string }
    /** The event is on the bus twice: the same id, two replay ids; with so many other events in between, or none. */
    "pubsub.duplicate": EventFault & { after?: number }
    /** The event comes without its replay id. */
    "pubsub.no-replay-id": EventFault
    /** The payload is cut off in the middle. */
    "pubsub.undecodable": EventFault
    /** The event says something else: malformed ids, no ids, raw bitmaps ("0xFFFF"), absurd times, ... */
    "pubsub.distorted": EventFault & { distort(event: ChangeEvent): ChangeEvent }
  }
}

/** Whether a stream fault is meant for a stream of `topic`. */
export function forTopic(topic: string): (fault: StreamFault) => boolean {
  return (fault) => fault.topic === undefined || fault.topic === topic
}

/** Whether an event fault is meant for an event of `object`. */
export function forObject(object: string): (fault: EventFault) => boolean {
  return (fault) => fault.object === undefined || fault.object === object
}
