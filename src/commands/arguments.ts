import { InvalidArgumentError } from "commander"

/** An option's parser for whole numbers; commander prints the message with the option's name. */
export function wholeNumber(min: number, max: number): (value: string) => number {
  return (value) => {
    if (!/^\d+$/.test(value) || Number(value) < min || Number(value) > max) {
      throw new InvalidArgumentError(`It must be a whole number from ${min} to ${max}.`)
    }
    return Number(value)
  }
}
