/** The oldest Node that runs the package as it is published; package.json's `engines` says the same. */
const OLDEST = 20;

/** Why a Node of this version cannot run the program, as one line; undefined where it can. */
export function nodeProblem(version: string): string | undefined {
  return Number(version.split('.')[0]) >= OLDEST ? undefined : `ERROR:  Millrace needs Node ${OLDEST} or later, and this is ${version}`;
}
