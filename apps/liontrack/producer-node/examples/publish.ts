/** Publishes COUNT positions of ten lions: `node dist/examples/publish.js URL COUNT [TOKEN_FILE]`. */
import { LionTrackProducer } from "../src/index.js";

const [url = "", count = "0", tokenFile] = process.argv.slice(2);
const producer = new LionTrackProducer({ url, queueSize: 500, ...(tokenFile === undefined ? {} : { tokenFile }) });
const begin = Date.parse("2026-01-01T00:00:00Z");
let acknowledged = 0;

const one = async (number: number): Promise<void> => {
  await producer.publishPosition({
    lion_id: `node-${number % 10}`,
    position_lat: 1 + number / 1e6,
    position_lng: 30,
    last_update: new Date(begin + 60_000 * number),
  });
  acknowledged += 1;
  if (acknowledged % 1000 === 0) console.log(`${acknowledged} acknowledged`);
};

await Promise.all(Array.from({ length: Number(count) }, (_, number) => one(number)));
producer.close();
