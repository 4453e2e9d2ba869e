import type { Random } from '../../../src/core/index.ts';
import { Draw, insert, numbers } from '../draw.ts';

const states = ['or', 'id', 'ca', 'wa', 'az'];
const channels = ['Google', 'Facebook', 'Baidu', 'Apple', 'channel-7', 'channel-9'];
const FIRST_MS = Date.UTC(2015, 6, 15, 7, 59, 30);
const ROUND_MS = 5_000;

export interface Events {
  readonly fixed: readonly string[];
  readonly rounds: readonly (readonly string[])[];
}

/** Rounds of five seconds of persons, auctions and bids, in which some are corrected or taken back. */
export function drawEvents(random: Random, rounds: number): Events {
  const draw = new Draw(random);
  return {
    fixed: [insert('side_input', numbers(9).map((key) => `${key}, 'side ${key}'`))],
    rounds: numbers(rounds).map((round) => drawRound(draw, round)),
  };
}

function drawRound(draw: Draw, round: number): string[] {
  const moment = (): string => `'${new Date(FIRST_MS + (round - 1) * ROUND_MS + draw.int(0, ROUND_MS - 1)).toISOString().slice(0, 23).replace('T', ' ')}'`;
  const later = (seconds: number): string => `'${new Date(FIRST_MS + round * ROUND_MS + seconds * 1000).toISOString().slice(0, 23).replace('T', ' ')}'`;
  const newest = round * 4;
  const persons = numbers(4).map((i) => `${newest - 4 + i}, 'name ${i}', 'a@b', '1234', 'city ${draw.int(1, 3)}', '${draw.of(states)}', ${moment()}`);
  const auctions = numbers(4).map((i) =>
    `${newest - 4 + i}, 'item ${i}', 'description', ${draw.int(1, 50)}, ${draw.int(50, 90)}, ${moment()}, ${later(draw.int(2, 20))}, ${draw.int(Math.max(1, newest - 8), newest)}, ${draw.of([10, 11, 12])}`);
  const bids = numbers(30).map(() => {
    const channel = draw.of(channels);
    const query = draw.chance(0.5) ? `&channel_id=${draw.int(1, 99)}` : '';
    return `${draw.int(Math.max(1, newest - 9), newest)}, ${draw.int(1, newest)}, ${draw.int(10, 600)}, '${channel}', 'https://www.nexmark.com/${draw.of(['abc', 'cc'])}/${draw.int(1, 3)}/item.htm?query=1${query}', ${moment()}`;
  });
  const some = (): number => draw.int(1, newest);
  return [
    insert('person', persons), insert('auction', auctions), insert('bid', bids),
    `update bid set price = price + 50 where auction = ${some()} and bidder = ${some()}`,
    `update auction set category = ${draw.of([10, 11, 12])}, expires = expires + interval '5 seconds' where id = ${some()}`,
    `update person set state = '${draw.of(states)}' where id = ${some()}`,
    `delete from bid where bidder = ${some()}`,
    `delete from auction where id = ${some()}`,
  ];
}
