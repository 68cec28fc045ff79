// Decodes every FIT file of a folder with Garmin's own decoder, keeps nothing, and says how many files and records there were.
import { Decoder, Stream } from "@garmin/fitsdk";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

const folder = process.argv[2];
let [files, records] = [0, 0];
for (const name of readdirSync(folder)) {
  const { messages, errors } = new Decoder(Stream.fromBuffer(readFileSync(join(folder, name)))).read();
  if (errors.length > 0) throw errors[0];
  files++;
  records += messages.recordMesgs.length;
}

console.log(files, records);
